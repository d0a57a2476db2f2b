package dev.embedonce.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.engine.ServedImage;
import dev.embedonce.engine.schedule.Admission;
import dev.embedonce.feature.Source;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.CustomMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.PdfFileContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the demo model; what it says is asked of it in its own module. */
class EmbedOnceChatModelTest {
    private static final byte[] SHAPES = TestPictures.example("shapes.png");
    private static DemoEngine demo;

    @BeforeAll
    static void open(@TempDir Path folder) {
        demo = new DemoEngine(folder);
    }

    @AfterAll
    static void close() {
        demo.close();
    }

    private static EmbedOnceChatModel.Builder model() {
        return EmbedOnceChatModel.builder().engine(demo.engine);
    }

    private static EmbedOnceChatModel tenant(String tenant) {
        return model().tenant(tenant).build();
    }

    private static ChatRequest.Builder question() {
        return ChatRequest.builder()
                .messages(UserMessage.from(
                        TestPictures.content(SHAPES, "image/png"), TextContent.from("What colour is the circle?")));
    }

    private static EmbedOnceChatResponseMetadata metadata(ChatResponse response) {
        return (EmbedOnceChatResponseMetadata) response.metadata();
    }

    @Test
    void chat_samePictureAgain_isNotEncodedAgain_andTheMetadataSaySo() {
        ChatModel model = tenant("first");

        ChatResponse first = model.chat(question().build());
        ChatResponse again = model.chat(question().build());

        assertThat(first.aiMessage().text()).isNotBlank();
        assertThat(again.aiMessage()).isEqualTo(first.aiMessage());
        assertThat(first.metadata().finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(first.metadata().modelName()).isEqualTo("demo");
        ServedImage encoded = metadata(first).images().get(0);
        assertThat(encoded.source()).isEqualTo(Source.ENCODED);
        assertThat(encoded.tokens()).isPositive();
        assertThat(metadata(first).cachedImageTokens()).isZero();
        assertThat(metadata(again).images()).extracting(ServedImage::source).containsExactly(Source.MEMORY);
        assertThat(metadata(again).cachedImageTokens()).isEqualTo(encoded.tokens());
        assertThat(metadata(again).reusedTokens()).isGreaterThan(encoded.tokens());
        assertThat(again.metadata().toBuilder().build()).isEqualTo(again.metadata());
    }

    @Test
    void chat_anotherTenant_sharesNothing() {
        tenant("second").chat(question().build());

        ChatResponse response = tenant("third").chat(question().build());

        assertThat(metadata(response).images()).extracting(ServedImage::source).containsExactly(Source.ENCODED);
        assertThat(metadata(response).reusedTokens()).isZero();
    }

    @Test
    void chat_modelsOwnName_isAccepted() {
        assertThat(model().build()
                        .chat(question().modelName("demo").maxOutputTokens(1).build())
                        .metadata()
                        .tokenUsage()
                        .outputTokenCount())
                .isEqualTo(1);
    }

    @Test
    void chat_badPicture_isAnInvalidRequest() {
        ImageContent broken = TestPictures.content(Arrays.copyOf(SHAPES, SHAPES.length / 2), "image/png");

        assertThatThrownBy(() -> model().build().chat(UserMessage.from(broken)))
                .isExactlyInstanceOf(InvalidRequestException.class);
    }

    @Test
    void chat_whatIsNotSupported_isRefusedByName() {
        ChatModel model = model().build();

        assertThatThrownBy(() -> model.chat(UserMessage.from(ImageContent.from("https://example.org/a.png"))))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("image URLs are not supported");
        assertThatThrownBy(() -> model.chat(UserMessage.from(PdfFileContent.from("AAAA", "application/pdf"))))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("PDF");
        assertThatThrownBy(() -> model.chat(UserMessage.from("Ann", "Hi")))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("name of a user message");
        assertThatThrownBy(() -> model.chat(CustomMessage.from(Map.of("a", "b"))))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("CUSTOM");
    }

    @Test
    void chat_tools_areRefusedWhereTheTemplateHasNone_unlessNoneMayBeCalled() {
        ToolSpecification tool = ToolSpecification.builder().name("look").build();
        ChatModel model = model().build();

        assertThatThrownBy(() -> model.chat(question().toolSpecifications(tool).build()))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("tools are not supported");
        assertThat(model.chat(question()
                                .toolSpecifications(tool)
                                .toolChoice(ToolChoice.NONE)
                                .build())
                        .aiMessage()
                        .text())
                .isNotBlank();
    }

    @Test
    void chat_argumentsThatAreNoObject_areAnInvalidRequest() {
        ToolExecutionRequest call = ToolExecutionRequest.builder()
                .id("1")
                .name("look")
                .arguments("[1")
                .build();

        assertThatThrownBy(() -> model().build()
                        .chat(
                                UserMessage.from("Hi"),
                                AiMessage.from(call),
                                ToolExecutionResultMessage.from(call, "nothing")))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("arguments of the tool look");
    }

    @Test
    void chat_valueOutOfRange_isAnInvalidRequest() {
        assertThatThrownBy(
                        () -> model().build().chat(question().temperature(-1.0).build()))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("temperature");
        assertThatThrownBy(
                        () -> model().build().chat(question().maxOutputTokens(0).build()))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("tokens");
    }

    @Test
    void chat_fullOrSlowOrClosedEngine_saysWhetherToTryAgain(@TempDir Path folder) {
        try (DemoEngine other = new DemoEngine(folder)) {
            ChatModel model = EmbedOnceChatModel.builder().engine(other.engine).build();
            Admission.Place place = fill(other.engine.admission());
            assertThatThrownBy(() -> model.chat("Hi")).isExactlyInstanceOf(RateLimitException.class);
            place.close();
            ChatModel hurried = EmbedOnceChatModel.builder()
                    .engine(other.engine)
                    .timeout(Duration.ZERO)
                    .build();
            assertThatThrownBy(() -> hurried.chat("Hi")).isExactlyInstanceOf(TimeoutException.class);
            other.engine.close();
            assertThatThrownBy(() -> model.chat("Hi"))
                    .isExactlyInstanceOf(LangChain4jException.class)
                    .hasMessageContaining("closed");
        }
    }

    /** As many answers as the engine takes at once. */
    private static Admission.Place fill(Admission admission) {
        for (int answers = 1 << 12; answers > 0; answers--) {
            try {
                return admission.enter("", answers);
            } catch (Admission.FullException e) {
                // fewer, then
            }
        }
        throw new AssertionError("the engine admits nothing");
    }

    @Test
    void build_missingEngine_isNamed() {
        assertThatThrownBy(() -> EmbedOnceChatModel.builder().build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("engine cannot be null");
    }

    @Test
    void chat_severalThreads_getTheSameAnswer() {
        ChatModel model = model().build();
        String alone = model.chat(question().build()).aiMessage().text();

        List<String> answers = List.of(1, 2, 3, 4).parallelStream()
                .map(i -> model.chat(question().build()).aiMessage().text())
                .toList();

        assertThat(answers).containsOnly(alone);
    }
}
