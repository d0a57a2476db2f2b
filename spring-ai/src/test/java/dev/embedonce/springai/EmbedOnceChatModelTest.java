package dev.embedonce.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.demo.DemoModel;
import dev.embedonce.engine.ChatEngine;
import dev.embedonce.engine.EngineException;
import dev.embedonce.engine.ServedImage;
import dev.embedonce.engine.schedule.EngineListener;
import dev.embedonce.feature.Source;
import dev.embedonce.springai.ScriptedModel.Line;
import dev.embedonce.store.Stores;
import dev.embedonce.vlm.ModelOptions;
import dev.embedonce.vlm.VisionLanguageModel;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.Media;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.ai.retry.TransientAiException;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.function.FunctionToolCallback;
import org.springframework.util.MimeTypeUtils;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

class EmbedOnceChatModelTest {
    private static final String QUESTION = "What colour is the circle?";

    @TempDir
    private static Path folder;

    private static VisionLanguageModel demo;
    private static FeatureCache cache;
    private static ChatEngine engine;

    private static EmbedOnceChatModel model;

    @BeforeAll
    static void open() {
        demo = VisionLanguageModel.load(
                DemoModel.unpack(folder),
                ModelOptions.builder().threads(1).cacheFolder(folder).build());
        cache = FeatureCache.over(Stores.open("memory:")).build();
        engine = ChatEngine.over(demo, cache).name("demo").open();
        model = EmbedOnceChatModel.builder().engine(engine).build();
    }

    @AfterAll
    static void close() {
        engine.close();
        demo.close();
        cache.close();
    }

    private static UserMessage ask(String question, Media... media) {
        return UserMessage.builder().text(question).media(media).build();
    }

    private static String text(ChatResponse response) {
        return String.valueOf(result(response).getOutput().getText());
    }

    private static Generation result(ChatResponse response) {
        return Objects.requireNonNull(response.getResult());
    }

    private static List<ServedImage> images(ChatResponse response) {
        return Objects.requireNonNull(response.getMetadata().<List<ServedImage>>get(EmbedOnceMetadata.IMAGES));
    }

    @Test
    void call_pictureThatWasSeen_isAnsweredAlikeAndNotEncodedAgain() {
        EmbedOnceChatModel tenant =
                EmbedOnceChatModel.builder().engine(engine).tenant("call").build();
        ChatResponse first = tenant.call(new Prompt(ask(QUESTION, Examples.SHAPES)));
        ChatResponse second = tenant.call(new Prompt(ask(QUESTION, Examples.SHAPES)));

        assertThat(text(first)).isEqualTo("red");
        assertThat(text(second)).isEqualTo("red");
        assertThat(images(first)).extracting(ServedImage::source).containsExactly(Source.ENCODED);
        assertThat(images(second)).extracting(ServedImage::source).containsExactly(Source.MEMORY);
        assertThat(first.getMetadata().getUsage().getCacheReadInputTokens()).isZero();
        assertThat(second.getMetadata().getUsage().getCacheReadInputTokens()).isPositive();
        assertThat(second.getMetadata().getUsage().getTotalTokens())
                .isEqualTo(second.getMetadata().getUsage().getPromptTokens()
                        + second.getMetadata().getUsage().getCompletionTokens());
        assertThat(second.getMetadata().getModel()).isEqualTo("demo");
        assertThat(result(second).getMetadata().getFinishReason()).isEqualTo("STOP");
        assertThat(tenant.call(ask("What colour is the square?", Examples.SHAPES)))
                .isEqualTo("blue");
    }

    @Test
    void call_conversation_isAnsweredInItsContext() {
        List<Message> conversation =
                List.of(ask(QUESTION, Examples.SHAPES), new AssistantMessage("red"), new UserMessage("Where is it?"));

        assertThat(text(model.call(new Prompt(conversation)))).isEqualTo("top left");
    }

    @Test
    void call_dataUrl_isTheSamePicture() {
        String url =
                "data:image/png;base64," + Base64.getEncoder().encodeToString(Examples.SHAPES.getDataAsByteArray());
        Media media =
                Media.builder().mimeType(MimeTypeUtils.IMAGE_PNG).data(url).build();

        assertThat(model.call(ask(QUESTION, media))).isEqualTo("red");
    }

    @Test
    void stream_endsWithTheMetadata() {
        List<ChatResponse> pieces =
                Objects.requireNonNull(model.stream(new Prompt(ask("Describe the picture.", Examples.SHAPES)))
                        .collectList()
                        .block());

        assertThat(pieces).hasSizeGreaterThan(2);
        assertThat(String.join(
                        "", pieces.stream().map(EmbedOnceChatModelTest::text).toList()))
                .isEqualTo(model.call(ask("Describe the picture.", Examples.SHAPES)));
        ChatResponse last = pieces.get(pieces.size() - 1);
        assertThat(result(last).getMetadata().getFinishReason()).isEqualTo("STOP");
        assertThat(images(last)).hasSize(1);
        assertThat(last.getMetadata().getUsage().getCompletionTokens()).isPositive();
        assertThat(pieces)
                .extracting(piece -> piece.getMetadata().getId())
                .containsOnly(last.getMetadata().getId());
    }

    @Test
    void stream_subscribers_areAnsweredApart() {
        Flux<String> stream = model.stream(ask(QUESTION, Examples.SHAPES));

        assertThat(String.join("", stream.collectList().block())).isEqualTo("red");
        assertThat(String.join("", stream.collectList().block())).isEqualTo("red");
    }

    /** Holds the engine at its tenth decode step until the answer has been cancelled. */
    private static final class Held implements EngineListener {
        final CountDownLatch reached = new CountDownLatch(10);
        final CountDownLatch cancelled = new CountDownLatch(1);
        final AtomicInteger steps = new AtomicInteger();

        @Override
        public void step(int sequences, long nanos) {
            steps.incrementAndGet();
            reached.countDown();
            if (reached.getCount() == 0) {
                try {
                    cancelled.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public void chunk(int tokens, long nanos) {}

        @Override
        public void prompt(int tokens, int reusedTokens) {}

        @Override
        public void firstToken(long nanos) {}
    }

    @Test
    @Timeout(60)
    void stream_cancelled_endsTheAnswer(@TempDir Path scripted) throws Exception {
        Held held = new Held();
        try (VisionLanguageModel model = ScriptedModel.load(scripted, List.of(Line.endless("true", "again", " and")));
                ChatEngine endless =
                        ChatEngine.over(model, cache).listener(held).open()) {
            Disposable answer = EmbedOnceChatModel.builder().engine(endless).build().stream(new Prompt("Go on."))
                    .subscribe();
            held.reached.await();
            answer.dispose();
            held.cancelled.countDown();
            while (endless.active() + endless.waiting() > 0) {
                Thread.onSpinWait();
            }

            assertThat(held.steps)
                    .hasValueLessThan(20); // without an end there would be as many as the context has room for
        }
    }

    @Test
    void stream_onePieceIsTaken_restIsCancelled() {
        assertThat(model.stream(ask("Describe the picture.", Examples.SHAPES))
                        .take(1)
                        .collectList()
                        .block())
                .hasSize(1);
    }

    @Test
    void stream_badPicture_isAnError() {
        Media broken = Media.builder()
                .mimeType(MimeTypeUtils.IMAGE_PNG)
                .data("no picture".getBytes(StandardCharsets.UTF_8))
                .build();

        assertThatThrownBy(() -> model.stream(new Prompt(ask(QUESTION, broken))).blockLast())
                .isInstanceOf(NonTransientAiException.class);
    }

    @Test
    void call_badPicture_isNonTransient() {
        Media broken = Media.builder()
                .mimeType(MimeTypeUtils.IMAGE_PNG)
                .data("no picture".getBytes(StandardCharsets.UTF_8))
                .build();

        assertThatThrownBy(() -> model.call(ask(QUESTION, Examples.SHAPES, broken)))
                .isInstanceOf(NonTransientAiException.class)
                .hasCauseInstanceOf(EngineException.class);
    }

    @Test
    void call_tooLate_isTransient() {
        EmbedOnceChatModel late = EmbedOnceChatModel.builder()
                .engine(engine)
                .timeout(Duration.ofNanos(1))
                .build();

        assertThatThrownBy(() -> late.call(ask(QUESTION, Examples.SHAPES))).isInstanceOf(TransientAiException.class);
    }

    @Test
    void call_promptTooLong_isNonTransient() {
        assertThatThrownBy(() -> model.call("word ".repeat(5000)))
                .isInstanceOf(NonTransientAiException.class)
                .hasMessageContaining("tokens");
    }

    @Test
    void call_otherMedia_namesTheType() {
        Media video = Media.builder()
                .mimeType(Media.Format.VIDEO_MP4)
                .data(new byte[1])
                .build();

        assertThatThrownBy(() -> model.call(ask(QUESTION, video)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("video/mp4");
    }

    @Test
    void call_imageByItsAddress_isRefused() {
        Media address = new Media(MimeTypeUtils.IMAGE_PNG, URI.create("http://localhost/a.png"));

        assertThatThrownBy(() -> model.call(ask(QUESTION, address)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected bytes");
    }

    @Test
    void call_optionThatCannotBeFollowed_isNamed() {
        assertRefused(ChatOptions.builder().model("another").build(), "options.model");
        assertRefused(ChatOptions.builder().temperature(-1.0).build(), "temperature");
        assertRefused(ChatOptions.builder().maxTokens(0).build(), "tokens");
        StructuredOutputChatOptions.Builder<?> structured = StructuredOutputChatOptions.builder();
        assertRefused(structured.outputSchema("{}").build(), "options.outputSchema");
    }

    private void assertRefused(ChatOptions options, String named) {
        assertThatThrownBy(() -> model.call(new Prompt(ask(QUESTION, Examples.SHAPES), options)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named);
    }

    @Test
    void call_toolsThatTheTemplateHasNot_areRefused() {
        ToolCallback tool = FunctionToolCallback.builder("weather", (Map<String, Object> arguments) -> "sunny")
                .description("tells it")
                .inputType(Map.class)
                .build();
        ToolCallingChatOptions options =
                ToolCallingChatOptions.builder().toolCallbacks(tool).build();

        assertThatThrownBy(() -> model.call(new Prompt(ask(QUESTION, Examples.SHAPES), options)))
                .isInstanceOf(NonTransientAiException.class)
                .hasMessageContaining("tools");
    }

    @Test
    void call_maxTokens_endsTheAnswer() {
        ChatOptions options = ChatOptions.builder().maxTokens(1).build();
        ChatResponse response = model.call(new Prompt(ask("Describe the picture.", Examples.SHAPES), options));

        assertThat(result(response).getMetadata().getFinishReason()).isEqualTo("LENGTH");
        assertThat(response.getMetadata().getUsage().getCompletionTokens()).isEqualTo(1);
    }

    @Test
    void chatClient_keepsDefaultOptions() {
        EmbedOnceChatModel brief = EmbedOnceChatModel.builder()
                .engine(engine)
                .options(ChatOptions.builder().maxTokens(1).build())
                .build();

        assertThat(brief.getOptions().getModel()).isEqualTo("demo");
        ChatResponse response = Objects.requireNonNull(ChatClient.create(brief)
                .prompt()
                .user(user -> user.text("Describe the picture.").media(Examples.SHAPES))
                .call()
                .chatResponse());
        assertThat(response.getMetadata().getUsage().getCompletionTokens()).isEqualTo(1);
    }

    @Test
    void call_systemMessageWithoutText_isTaken() {
        assertThat(text(model.call(new Prompt(List.of(new SystemMessage(""), ask(QUESTION, Examples.SHAPES))))))
                .isNotEmpty();
    }

    @Test
    void build_withoutEngine_isRefused() {
        assertThatThrownBy(() -> EmbedOnceChatModel.builder().build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("engine");
    }
}
