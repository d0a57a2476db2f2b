package dev.embedonce.encoder.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.encoder.arch.Pooling;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.hub.HubSettings;
import dev.embedonce.store.memory.MemoryStore;
import dev.embedonce.testkit.HubServer;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextEncodersTest {
    @TempDir
    Path folder;

    private EncoderOptions.Builder options() {
        return EncoderOptions.builder().cacheFolder(folder.resolve("cache"));
    }

    private TextEncoder open(TextCase model) {
        return TextEncoders.open(model.folder().toString(), options().build());
    }

    private Path copy(TextCase model) throws IOException {
        return model.copyTo(folder.resolve("model"));
    }

    private void assertRefused(Path model, String... words) {
        assertThatThrownBy(() -> TextEncoders.open(model, options().build()).close())
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContainingAll(words);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    // ---- batches

    @ParameterizedTest
    @EnumSource
    void encode_batch_isBitForBitWhatEachTextIsAlone(NumericMode mode) {
        List<String> texts = List.of("a", "", "two cats on a red sofa", "A PHOTO OF A DOG! " + "x ".repeat(60));
        for (TextCase model : List.of(TextCase.CLIP, TextCase.SIGLIP, TextCase.SIGLIP2)) {
            try (TextEncoder encoder = TextEncoders.open(
                    model.folder().toString(),
                    options().numericMode(mode).memory(WeightMemory.MAP).build())) {
                List<PreparedText> batch =
                        texts.stream().map(text -> encoder.prepare(utf8(text))).toList();
                List<Map<String, Tensor>> together = encoder.encode(batch);
                for (int i = 0; i < batch.size(); i++) {
                    assertThat(together.get(i))
                            .isEqualTo(encoder.encode(List.of(batch.get(i))).get(0));
                }
            }
        }
    }

    // ---- which pictures a text may be compared with

    @ParameterizedTest
    @EnumSource(names = {"CLIP", "SIGLIP", "SIGLIP2"})
    void sameSpaceAs_otherSideOfTheModelWithTheSameOptions(TextCase model) {
        List<EncoderOptions> all = List.of(
                options().build(),
                options().normalize(true).build(),
                options().numericMode(NumericMode.INT8).build());
        for (EncoderOptions textOptions : all) {
            try (TextEncoder texts = TextEncoders.open(model.folder(), textOptions)) {
                for (EncoderOptions imageOptions : all) {
                    try (ImageEncoder images = ImageEncoders.open(model.folder(), imageOptions)) {
                        assertThat(texts.dimension()).isEqualTo(images.dimension());
                        assertThat(texts.sameSpaceAs(images)).isEqualTo(textOptions == imageOptions);
                        assertThat(texts.imageModelVersion().equals(Optional.of(images.modelVersion())))
                                .isEqualTo(textOptions == imageOptions);
                        assertThat(TextEncoders.imagePreprocVersion(
                                        model.folder().toString(), imageOptions))
                                .isEqualTo(images.preprocVersion());
                    }
                }
            }
        }
    }

    @Test
    void sameSpaceAs_anotherModelOrPooling_no() {
        try (TextEncoder texts = open(TextCase.SIGLIP);
                ImageEncoder others =
                        ImageEncoders.open(TextCase.SIGLIP2.folder(), options().build());
                ImageEncoder mean = ImageEncoders.open(
                        TextCase.SIGLIP.folder(),
                        options().pooling(Pooling.MEAN).build())) {
            assertThat(texts.dimension()).isEqualTo(others.dimension()).isEqualTo(mean.dimension());
            assertThat(texts.sameSpaceAs(others)).isFalse();
            assertThat(texts.sameSpaceAs(mean)).isFalse();
        }
    }

    @Test
    void imageModelVersion_withoutProjection_isEmpty() {
        EncoderOptions pooler = options().pooling(Pooling.POOLER).build();
        try (TextEncoder texts = TextEncoders.open(TextCase.CLIP.folder(), pooler)) {
            assertThat(texts.imageModelVersion()).isEmpty();
            assertThat(texts.dimension()).isEqualTo(16);
        }
    }

    @Test
    void imageModelVersion_picturesFromAReadyOnnxFile_isEmpty() throws IOException {
        Path model = copy(TextCase.CLIP);
        Files.createDirectories(model.resolve("onnx"));
        Files.write(model.resolve("onnx/vision_model.onnx"), new byte[1]);
        try (TextEncoder texts = TextEncoders.open(model, options().build())) {
            assertThat(texts.imageModelVersion()).isEmpty();
        }
    }

    // ---- the key

    @Test
    void getOrCompute_textAgain_isAHit_sameTokens_isLinked() {
        MemoryStore store = new MemoryStore();
        try (TextEncoder texts = open(TextCase.SIGLIP);
                FeatureCache cache = FeatureCache.over(store).heapBytes(0).build()) {
            Embedding first = cache.getOrCompute(utf8("A red bicycle!"), texts).embedding();
            Embedding second = cache.getOrCompute(utf8("A red bicycle!"), texts).embedding();
            Embedding third = cache.getOrCompute(utf8("a  red bicycle"), texts).embedding();
            Embedding other =
                    cache.getOrCompute(utf8("a yellow bicycle"), texts).embedding();
            Embedding empty = cache.getOrCompute(new byte[0], texts).embedding();

            assertThat(first)
                    .isEqualTo(texts.embed("A red bicycle!"))
                    .isEqualTo(second)
                    .isEqualTo(third);
            assertThat(other).isNotEqualTo(first).isNotEqualTo(empty);
            assertThat(cache.stats().storeHits()).isEqualTo(1);
            assertThat(cache.stats().pixelHits()).isEqualTo(1);
            assertThat(cache.stats().encoded()).isEqualTo(3);
        }
    }

    @Test
    void versions_sameContentElsewhere_same() throws IOException {
        Path copy = copy(TextCase.SIGLIP2);
        try (TextEncoder one = open(TextCase.SIGLIP2);
                TextEncoder other = TextEncoders.open(copy, options().build())) {
            assertThat(other.modelVersion()).isEqualTo(one.modelVersion()).startsWith("siglip.text-");
            assertThat(other.preprocVersion()).isEqualTo(one.preprocVersion()).startsWith("text-siglip2/t64@sha256:");
            assertThat(other.imageModelVersion())
                    .isEqualTo(one.imageModelVersion())
                    .isPresent();
        }
    }

    static Stream<Consumer<ObjectNode>> changes() {
        return Stream.of(
                json -> json.put("model_max_length", 32),
                json -> json.put("padding_side", "left"),
                json -> json.put("pad_token", "<eos>"),
                json -> json.put("mask_token", "red"));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void preprocVersion_tokenizerSettingChanged_another(Consumer<ObjectNode> change) throws IOException {
        Path model = copy(TextCase.SIGLIP2);
        TextCase.edit(model.resolve("tokenizer_config.json"), change);
        try (TextEncoder one = open(TextCase.SIGLIP2);
                TextEncoder other = TextEncoders.open(model, options().build())) {
            assertThat(other.preprocVersion()).isNotEqualTo(one.preprocVersion());
            assertThat(other.modelVersion()).isEqualTo(one.modelVersion());
        }
    }

    @Test
    void preprocVersion_tokenizerChanged_another() throws IOException {
        Path model = copy(TextCase.CLIP);
        TextCase.edit(model.resolve("tokenizer.json"), json -> json.putNull("normalizer"));
        try (TextEncoder one = open(TextCase.CLIP);
                TextEncoder other = TextEncoders.open(model, options().build())) {
            assertThat(other.preprocVersion()).isNotEqualTo(one.preprocVersion());
        }
    }

    // ---- tokens

    @Test
    void prepare_lengthsAndSides_asTheSettingsSay() throws IOException {
        Path model = copy(TextCase.SIGLIP2);
        TextCase.edit(
                model.resolve("tokenizer_config.json"),
                json -> json.put("model_max_length", 8).put("padding_side", "left"));
        try (TextEncoder texts = TextEncoders.open(model, options().build())) {
            PreparedText text = texts.prepare(utf8("red"));
            assertThat(text.inputIds().elementCount()).isEqualTo(8);
            assertThat(text.attentionMask().longs().get(0)).isZero();
            assertThat(text.attentionMask().longs().get(7)).isOne();
            assertThat(text.width()).isZero();
            assertThat(texts.embed("red").dimension()).isEqualTo(16);
        }
    }

    @Test
    void prepare_normalizerAlreadyInTheFile_sameTokens() throws IOException {
        Path model = copy(TextCase.SIGLIP);
        TextCase.edit(model.resolve("tokenizer.json"), json -> {
            JsonNode own = json.get("normalizer");
            json.set("normalizer", TextFamily.SIGLIP.normalizer(own, true));
        });
        try (TextEncoder one = open(TextCase.SIGLIP);
                TextEncoder other = TextEncoders.open(model, options().build())) {
            for (TextCase.Golden golden : TextCase.SIGLIP.goldens()) {
                assertThat(other.prepare(golden.utf8()).inputDigest())
                        .isEqualTo(one.prepare(golden.utf8()).inputDigest());
            }
        }
    }

    @Test
    void prepare_withoutLowerCase_keepsCapitals() throws IOException {
        Path model = copy(TextCase.SIGLIP);
        TextCase.edit(model.resolve("tokenizer_config.json"), json -> json.put("do_lower_case", false));
        try (TextEncoder lower = open(TextCase.SIGLIP);
                TextEncoder both = TextEncoders.open(model, options().build())) {
            assertThat(lower.prepare(utf8("RED")).inputDigest())
                    .isEqualTo(lower.prepare(utf8("red")).inputDigest());
            assertThat(both.prepare(utf8("RED")).inputDigest())
                    .isNotEqualTo(both.prepare(utf8("red")).inputDigest());
        }
    }

    @Test
    void prepare_notUtf8_refused() {
        try (TextEncoder texts = open(TextCase.CLIP)) {
            assertThatThrownBy(() -> texts.prepare(new byte[] {'a', (byte) 0xff}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("UTF-8");
        }
    }

    @Test
    void prepare_manyThreads_sameTokens() throws Exception {
        try (TextEncoder texts = open(TextCase.CLIP)) {
            List<TextCase.Golden> goldens = TextCase.CLIP.goldens();
            ExecutorService pool = Executors.newFixedThreadPool(4);
            try {
                List<Future<Boolean>> equal = new ArrayList<>();
                for (int i = 0; i < 400; i++) {
                    TextCase.Golden golden = goldens.get(i % goldens.size());
                    equal.add(pool.submit(() -> {
                        var ids = texts.prepare(golden.utf8()).inputIds().longs();
                        for (long expected : golden.inputIds()) {
                            if (ids.get() != expected) {
                                return false;
                            }
                        }
                        return !ids.hasRemaining();
                    }));
                }
                for (Future<Boolean> answer : equal) {
                    assertThat(answer.get()).isTrue();
                }
            } finally {
                pool.shutdown();
            }
        }
    }

    @Test
    void close_thenUse_refused() {
        TextEncoder texts = open(TextCase.CLIP);
        PreparedText prepared = texts.prepare(utf8("a"));
        texts.close();
        texts.close();
        assertThatThrownBy(() -> texts.prepare(utf8("a"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> texts.encode(List.of(prepared))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void open_leavesSystemPropertiesAlone() {
        open(TextCase.CLIP).close();
        assertThat(System.getProperty("ENGINE_CACHE_DIR")).isNull();
        assertThat(System.getProperty("ai.djl.offline")).isNull();
    }

    // ---- what is refused

    @Test
    void open_default_hasNoTextSide() {
        assertThatThrownBy(() -> TextEncoders.open("default", options().build()))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("no text side");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vocab.json", "spiece.model", "none"})
    void open_withoutTokenizer_namesWhatIsWanted(String other) throws IOException {
        Path model = copy(TextCase.SIGLIP);
        Files.delete(model.resolve("tokenizer.json"));
        Files.write(model.resolve(other), new byte[1]);
        assertRefused(model, model.toString(), "has no tokenizer", "tokenizer.json, vocab.json with merges.txt");
    }

    /** Replaces {@code tokenizer.json} by the two files that CLIP's tokenizer has been published in. */
    private static void split(Path model) throws IOException {
        Path file = model.resolve("tokenizer.json");
        JsonNode tokenizer = new ObjectMapper().readTree(file.toFile()).get("model");
        Files.writeString(model.resolve("vocab.json"), tokenizer.get("vocab").toString());
        List<String> lines = new ArrayList<>(List.of("#version: 0.2"));
        tokenizer
                .get("merges")
                .forEach(pair ->
                        lines.add(pair.get(0).asText() + " " + pair.get(1).asText()));
        Files.write(model.resolve("merges.txt"), lines);
        Files.delete(file);
    }

    @Test
    void prepare_clipInVocabularyAndMerges_isTheReferences() throws IOException {
        Path model = copy(TextCase.CLIP);
        split(model);
        try (TextEncoder one = open(TextCase.CLIP);
                TextEncoder other = TextEncoders.open(model, options().build())) {
            assertThat(other.preprocVersion())
                    .isNotEqualTo(one.preprocVersion())
                    .startsWith("text-clip/t77@");
            assertThat(other.mostCharacters()).isEqualTo(one.mostCharacters());
            for (TextCase.Golden golden : TextCase.CLIP.goldens()) {
                assertThat(other.prepare(golden.utf8()).inputDigest())
                        .isEqualTo(one.prepare(golden.utf8()).inputDigest());
            }
        }
        Files.writeString(model.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"GPT2Tokenizer\"}");
        assertRefused(model, "tokenizer_config.json: tokenizer_class: expected CLIPTokenizer");
    }

    @Test
    void preprocVersion_sameTokensInTheOlderFileOfSpecialTokens_same() throws IOException {
        Path model = copy(TextCase.CLIP);
        Path map = model.resolve("special_tokens_map.json");
        Files.writeString(map, "{\"pad_token\": {\"content\": \"<|endoftext|>\", \"normalized\": false}}");
        try (TextEncoder one = open(TextCase.CLIP);
                TextEncoder other = TextEncoders.open(model, options().build())) {
            assertThat(other.preprocVersion()).isEqualTo(one.preprocVersion());
        }
        Files.writeString(map, "{\"pad_token\": \"<|startoftext|>\"}");
        try (TextEncoder one = open(TextCase.CLIP);
                TextEncoder other = TextEncoders.open(model, options().build())) {
            assertThat(other.preprocVersion()).isNotEqualTo(one.preprocVersion());
        }
    }

    @Test
    void open_withoutTokenizerSettings_takesTheFamilys() throws IOException {
        Path model = copy(TextCase.CLIP);
        Files.delete(model.resolve("tokenizer_config.json"));
        try (TextEncoder one = open(TextCase.CLIP);
                TextEncoder other = TextEncoders.open(model, options().build())) {
            for (TextCase.Golden golden : TextCase.CLIP.goldens()) {
                assertThat(other.prepare(golden.utf8()).inputDigest())
                        .isEqualTo(one.prepare(golden.utf8()).inputDigest());
            }
        }
    }

    @Test
    void open_settingsThatAreNotUnderstood_refusedByName() throws IOException {
        Path model = copy(TextCase.CLIP);
        Path file = model.resolve("tokenizer_config.json");
        assertSettingRefused(model, file, "tokenizer_class", "\"T5Tokenizer\"");
        assertSettingRefused(model, file, "truncation_side", "\"left\"");
        assertSettingRefused(model, file, "padding_side", "\"left\"");
        assertSettingRefused(model, file, "padding_side", "\"middle\"");
        assertSettingRefused(model, file, "split_special_tokens", "true");
        assertSettingRefused(model, file, "auto_map", "{}");
        assertSettingRefused(model, file, "model_max_length", "\"long\"");
        assertSettingRefused(model, file, "pad_token", "7");
        Files.writeString(file, "{");
        assertRefused(model, "tokenizer_config.json", "not JSON");
    }

    private void assertSettingRefused(Path model, Path file, String name, String value) throws IOException {
        Files.writeString(file, "{\"" + name + "\": " + value + "}");
        assertRefused(model, "tokenizer_config.json: " + name + ": expected ", "found " + value);
    }

    @Test
    void open_padTokenThatIsNotThere_refused() throws IOException {
        Path model = copy(TextCase.CLIP);
        TextCase.edit(model.resolve("tokenizer_config.json"), json -> json.put("pad_token", "[PAD]"));
        assertRefused(model, "tokenizer.json", "no token '[PAD]'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "{}", "{\"added_tokens\": 1, \"normalizer\": null}", "\"x\""})
    void open_damagedTokenizer_refused(String content) throws IOException {
        Path model = copy(TextCase.CLIP);
        Files.writeString(model.resolve("tokenizer.json"), content);
        assertRefused(model, "tokenizer.json: ");
    }

    @Test
    void open_tokenizerOfUnknownKind_refused() throws IOException {
        Path model = copy(TextCase.CLIP);
        TextCase.edit(model.resolve("tokenizer.json"), json -> ((ObjectNode) json.get("model")).put("type", "Other"));
        assertRefused(model, "tokenizer.json: cannot be used as a tokenizer");
    }

    @Test
    void open_noWeights_refused() throws IOException {
        Path model = copy(TextCase.CLIP);
        Files.delete(model.resolve("model.safetensors"));
        assertRefused(model, "no text side found", "model.safetensors");
    }

    // ---- the hub

    @Test
    void open_fromTheHub_fetchesTheTokenizerOnlyForTexts() throws IOException {
        try (HubServer server = new HubServer()) {
            try (Stream<Path> files = Files.list(TextCase.CLIP.folder())) {
                for (Path file : files.toList()) {
                    server.small(String.valueOf(file.getFileName()), Files.readAllBytes(file));
                }
            }
            EncoderOptions options = options()
                    .hub(new HubSettings(folder.resolve("hub"), server.endpoint(), false, Optional.empty()))
                    .build();
            Path snapshot = folder.resolve("hub/models--org--name/snapshots/" + HubServer.COMMIT);
            try (ImageEncoder images = ImageEncoders.open("org/name", options)) {
                assertThat(snapshot.resolve("tokenizer.json")).doesNotExist();
                try (TextEncoder texts = TextEncoders.open("org/name", options)) {
                    assertThat(snapshot.resolve("tokenizer.json")).exists();
                    assertThat(snapshot.resolve("tokenizer_config.json")).exists();
                    assertThat(texts.sameSpaceAs(images)).isTrue();
                }
            }
        }
    }

    @Test
    void open_fromAHubWithoutTokenizer_refused() throws IOException {
        try (HubServer server = new HubServer()) {
            for (String name : List.of("config.json", "preprocessor_config.json", "model.safetensors")) {
                server.small(name, Files.readAllBytes(TextCase.CLIP.folder().resolve(name)));
            }
            EncoderOptions options = options()
                    .hub(new HubSettings(folder.resolve("hub"), server.endpoint(), false, Optional.empty()))
                    .build();
            assertThatThrownBy(() -> TextEncoders.open("org/name", options))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("no tokenizer (tokenizer.json, ");
        }
    }
}
