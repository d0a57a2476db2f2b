package dev.embedonce.vlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.feature.Source;
import dev.embedonce.image.pixel.Cancellation;
import dev.embedonce.store.Stores;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.generate.Generation;
import dev.embedonce.vlm.generate.GenerationOptions;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.trace.TensorFile;
import dev.embedonce.vlm.trace.Trace;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.VisionEncoder;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VisionLanguageModelTest {
    private static final byte[] SQUARE = Goldens.picture("square.png");
    private static final GenerationOptions SIXTEEN =
            GenerationOptions.greedy(16).withIgnoreEnd(true);

    @TempDir
    Path temp;

    private Goldens goldens;
    private Path folder;
    private FeatureCache cache;
    private VisionLanguageModel model;

    @BeforeEach
    void load() {
        goldens = Goldens.of("qwen3_vl", "published");
        folder = goldens.model(temp.resolve("model"));
        cache = FeatureCache.over(Stores.open("files:" + temp.resolve("features")))
                .build();
        model = VisionLanguageModel.load(folder, options().build());
    }

    private ModelOptions.Builder options() {
        return ModelOptions.builder().cacheFolder(temp.resolve("cache")).featureCache(cache);
    }

    @AfterEach
    void close() {
        model.close();
        cache.close();
    }

    private Prompt prompt(List<ChatMessage> messages) {
        List<VisionFeatures> features = model.encodeImages(ChatMessage.images(messages), ImageSettings.DEFAULT).stream()
                .map(ImageReport::features)
                .toList();
        return model.prompt(messages, features, Map.of());
    }

    @Test
    void chat_rendersAndAnswersAsTheReference() {
        Goldens.Case one = goldens.named("one");
        Prompt prompt = prompt(List.of(ChatMessage.user(one.pictures(), "Describe the image.")));
        assertThat(prompt.ids()).isEqualTo(one.inputIds());
        try (Conversation conversation = model.newConversation()) {
            StringBuilder streamed = new StringBuilder();
            Generation answer = conversation.generate(prompt, SIXTEEN, streamed::append);
            assertThat(answer.tokens()).isEqualTo(one.tokens());
            assertThat(streamed).hasToString(answer.text());
            assertThat(answer.text()).isEqualTo(model.tokenizer().decode(one.tokens()));
        }
    }

    @Test
    void secondTurn_readsOnlyWhatIsNew_andAnswersAsIfReadAnew() {
        List<ChatMessage> messages = new ArrayList<>(List.of(ChatMessage.user(List.of(SQUARE), "Describe the image.")));
        try (Conversation conversation = model.newConversation();
                Conversation fresh = model.newConversation()) {
            Generation first = conversation.generate(prompt(messages), SIXTEEN, text -> {});
            messages.add(ChatMessage.of("assistant", first.text()));
            messages.add(ChatMessage.of("user", "And now?"));
            Prompt second = prompt(messages);
            Generation reused = conversation.generate(second, SIXTEEN, text -> {});
            Generation anew = fresh.generate(second, SIXTEEN, text -> {});
            assertThat(reused.reusedTokens()).isGreaterThanOrEqualTo(first.promptTokens());
            assertThat(anew.reusedTokens()).isZero();
            assertThat(reused.tokens()).isEqualTo(anew.tokens());
        }
    }

    @Test
    void otherPictureInTheSamePlace_isReadAgain() {
        byte[] other = Goldens.picture("grey.png");
        Prompt a = prompt(List.of(ChatMessage.user(List.of(SQUARE), "What?")));
        Prompt b = prompt(List.of(ChatMessage.user(List.of(other), "What?")));
        try (Conversation conversation = model.newConversation();
                Conversation fresh = model.newConversation()) {
            conversation.generate(a, SIXTEEN, text -> {});
            Generation after = conversation.generate(b, SIXTEEN, text -> {});
            assertThat(after.reusedTokens()).isLessThan(8);
            assertThat(after.tokens())
                    .isEqualTo(fresh.generate(b, SIXTEEN, text -> {}).tokens());
        }
    }

    @Test
    void encodeImages_whenNobodyWaits_givesThePictureUpAndKeepsNothing() {
        assertThatThrownBy(() -> Cancellation.during(
                        () -> true, () -> model.encodeImages(List.of(SQUARE), ImageSettings.DEFAULT)))
                .hasRootCauseInstanceOf(CancellationException.class);
        assertThat(model.encodeImages(List.of(SQUARE), ImageSettings.DEFAULT))
                .extracting(ImageReport::source)
                .containsExactly(Source.ENCODED);
    }

    @Test
    void visionEncoder_isKeptForTheSameSettingsAlone() {
        ImageSettings fewer = new ImageSettings(OptionalLong.empty(), OptionalLong.of(1024), OptionalInt.empty(), 1);
        VisionEncoder first = model.visionEncoder(ImageSettings.DEFAULT);
        assertThat(model.visionEncoder(ImageSettings.DEFAULT)).isSameAs(first);
        assertThat(model.visionEncoder(fewer).preprocVersion()).isNotEqualTo(first.preprocVersion());
        assertThat(model.visionEncoder(ImageSettings.DEFAULT).preprocVersion()).isEqualTo(first.preprocVersion());
    }

    @Test
    void reports_sayHowFeaturesWereComeBy() {
        assertThat(model.encodeImages(List.of(SQUARE, SQUARE), ImageSettings.DEFAULT))
                .extracting(ImageReport::source)
                .containsExactly(Source.ENCODED, Source.SHARED);
        assertThat(model.encodeImages(List.of(SQUARE), ImageSettings.DEFAULT))
                .extracting(ImageReport::source)
                .containsExactly(Source.MEMORY);
        assertThat(model.encodeImages(List.of(SQUARE), ImageSettings.DEFAULT, null))
                .extracting(ImageReport::source)
                .containsExactly(Source.ENCODED);
        assertThat(model.encodeImages(List.of(SQUARE), ImageSettings.DEFAULT.withMaxPixels(2048)))
                .extracting(ImageReport::source)
                .containsExactly(Source.ENCODED);
    }

    @Test
    void badImage_isNamedByItsNumber() {
        assertThatThrownBy(() -> model.encodeImages(List.of(SQUARE, new byte[] {1, 2, 3}), ImageSettings.DEFAULT))
                .isInstanceOf(BadImageException.class)
                .hasMessageStartingWith("image 2: ");
    }

    @Test
    void morePicturesThanPlaceholders_isOneClearError() {
        List<VisionFeatures> features = model.encodeImages(List.of(SQUARE), ImageSettings.DEFAULT).stream()
                .map(ImageReport::features)
                .toList();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.prompt("no picture here", features))
                .withMessageContaining("0 times the placeholder")
                .withMessageContaining("1 image was given");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.prompt(new long[] {1, 408, 2}, features))
                .withMessageContaining("1 image tokens");
    }

    @Test
    void promptBeyondTheContext_isOneClearError() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.prompt("word ".repeat(2000), List.of()))
                .withMessageContaining("context of 1024");
    }

    @Test
    void answer_endsAtTheContext() {
        Prompt prompt = model.prompt(new long[1020], List.of());
        try (Conversation conversation = model.newConversation()) {
            Generation answer = conversation.generate(prompt, SIXTEEN, text -> {});
            assertThat(answer.tokens()).hasSize(4);
            assertThat(answer.end()).isEqualTo(Generation.End.LENGTH);
        }
    }

    @Test
    void interruption_endsTheAnswer_andTheConversationGoesOn() {
        Prompt prompt = prompt(List.of(ChatMessage.user(List.of(SQUARE), "What?")));
        try (Conversation conversation = model.newConversation()) {
            assertThatThrownBy(() -> conversation.generate(
                            prompt, SIXTEEN, text -> Thread.currentThread().interrupt()))
                    .isInstanceOf(CancellationException.class);
            assertThat(conversation.generate(prompt, SIXTEEN, text -> {}).tokens())
                    .hasSize(16);
        }
    }

    @Test
    void brokenOffAnswers_leaveNothingBehind() {
        Prompt prompt = prompt(List.of(ChatMessage.user(List.of(SQUARE), "What?")));
        try (Conversation conversation = model.newConversation()) {
            List<Long> expected = longs(conversation.generate(prompt, SIXTEEN, text -> {}));
            long bytes = conversation.bytes();
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> conversation.generate(prompt, SIXTEEN, text -> {
                            throw new CancellationException("enough");
                        }))
                        .isInstanceOf(CancellationException.class);
            }
            assertThat(conversation.bytes()).isEqualTo(bytes);
            assertThat(longs(conversation.generate(prompt, SIXTEEN, text -> {})))
                    .isEqualTo(expected);
            assertThat(conversation.bytes()).isEqualTo(bytes);
        }
    }

    private static List<Long> longs(Generation answer) {
        return Arrays.stream(answer.tokens()).boxed().toList();
    }

    @Test
    void longestToken_boundsTheCharactersOfAnyText() {
        int longest = model.tokenizer().longestToken();
        for (long id = 0; id < model.language().vocabulary(); id++) {
            String text = model.tokenizer().decode(new long[] {id});
            assertThat(text.length()).isLessThanOrEqualTo(longest);
        }
        for (String text : List.of("a", " ", "word ", "日本語 ", "<|image_pad|>", "=")) {
            String all = text.repeat(500);
            assertThat((long) model.tokenizer().encode(all).length * longest).isGreaterThanOrEqualTo(all.length());
        }
    }

    @Test
    void conversationWithTooManyCharacters_isRefusedBeforeItsTokensAreMade() {
        List<ChatMessage> messages = List.of(ChatMessage.user(List.of(), "Hello"));
        int length = model.render(messages, Map.of()).length();

        assertThat(model.render(messages, Map.of(), length)).hasSize(length);
        assertThatThrownBy(() -> model.render(messages, Map.of(), length - 1))
                .isInstanceOf(PromptTooLongException.class)
                .hasMessageContaining(length + " characters");
    }

    @Test
    void unsupportedModelType_listsTheSupported() throws IOException {
        Path config = folder.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"qwen3_vl\"", "\"qwen9_vl\""));
        assertThatThrownBy(() -> VisionLanguageModel.load(folder, options().build()))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("qwen9_vl")
                .hasMessageContaining("llava")
                .hasMessageContaining("qwen3_vl");
    }

    @Test
    void changedConfig_isOneClearError() throws IOException {
        Path config = folder.resolve("config.json");
        String json = Files.readString(config);
        Files.writeString(config, json.replace("\"intermediate_size\": 64", "\"intermediate_size\": 65"));
        assertThatThrownBy(() -> VisionLanguageModel.load(folder, options().build()))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("mlp.gate_proj.weight")
                .hasMessageContaining("expected shape [65, 48]");
    }

    @Test
    void trace_ofTensors_isTheReferences_andAHitIsTheMissBitForBit() throws IOException {
        Goldens.Case two = goldens.named("two");
        Map<String, Tensor> inputs = new HashMap<>();
        long[] ids = two.inputIds();
        inputs.put("input_ids", Tensor.ofLongs(ids, 1, ids.length));
        inputs.put("pixel_values", two.tensor("pixel_values"));
        inputs.put("image_grid_thw", two.tensor("image_grid_thw"));
        Path file = temp.resolve("in.safetensors");
        TensorFile.write(file, inputs, Map.of());
        Trace.Options options = new Trace.Options(16, true, cache);
        Trace miss = Trace.ofTensors(model.tensors(), TensorFile.read(file), options);
        Trace hit = Trace.ofTensors(model.tensors(), TensorFile.read(file), options);
        assertThat(miss.images()).allMatch(image -> image.source() == Source.ENCODED);
        assertThat(hit.images()).allMatch(image -> image.source() == Source.MEMORY);
        assertThat(hit.tensors()).isEqualTo(miss.tensors());
        assertThat(miss.tensors().get("tokens")).isEqualTo(Tensor.ofLongs(two.tokens(), 1, 16));
        Tensor features = miss.tensors().get("features");
        assertThat(features).isNotNull();
        assertThat(Goldens.difference(Objects.requireNonNull(features), two.tensor("features")))
                .isLessThan(1e-4);
    }
}
