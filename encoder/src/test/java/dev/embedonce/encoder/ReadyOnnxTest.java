package dev.embedonce.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.embedonce.encoder.arch.Pooling;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.model.FileDigests;
import dev.embedonce.value.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadyOnnxTest {
    /** A flat picture of 51: one fifth of 255. */
    private static final float FIFTH = 0.2f;

    private static final float ROUNDING = 1e-6f;

    @TempDir
    Path folder;

    private byte[] picture = {};

    @BeforeEach
    void picture() {
        picture = flatPng(51);
    }

    private EncoderOptions.Builder options() {
        return EncoderOptions.builder().cacheFolder(folder.resolve("cache"));
    }

    private ImageEncoder open(Path model) {
        return open(model, options());
    }

    private static ImageEncoder open(Path model, EncoderOptions.Builder options) {
        return ImageEncoders.open(model.toString(), options.build());
    }

    private Path model(TestModels.Body body) throws IOException {
        return TestModels.folder(folder.resolve("model"), "model.onnx", body);
    }

    private void assertVector(Path model, EncoderOptions.Builder options, float value) {
        try (ImageEncoder encoder = open(model, options)) {
            assertThat(encoder.dimension()).isEqualTo(3);
            assertThat(encoder.embed(picture).toArray())
                    .containsExactly(new float[] {value, value, value}, offset(ROUNDING));
        }
    }

    private void assertRefused(Path model, EncoderOptions.Builder options, String... reasons) {
        assertThatThrownBy(() -> open(model, options).close())
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContainingAll(reasons)
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.onnx", "onnx/model.onnx", "onnx/vision_model.onnx"})
    void open_usualLayouts(String file) throws IOException {
        Path model = TestModels.folder(folder.resolve("m"), file, TestModels.vector("image_embeds", 2));

        assertVector(model, options(), 2 * FIFTH);
    }

    @Test
    void open_pictureSideBeforeTheWholeModel() throws IOException {
        Path model = TestModels.folder(folder.resolve("m"), "onnx/model.onnx", TestModels.vector("image_embeds", 1));
        TestModels.folder(model, "onnx/vision_model.onnx", TestModels.vector("image_embeds", 2));

        assertVector(model, options(), 2 * FIFTH);
    }

    @Test
    void open_oneFileOfAFolder() throws IOException {
        Path model = TestModels.folder(folder.resolve("m"), "onnx/model.onnx", TestModels.vector("image_embeds", 1));
        TestModels.folder(model, "onnx/model_fp16.onnx", TestModels.vector("image_embeds", 5));

        assertVector(model.resolve("onnx/model_fp16.onnx"), options(), 5 * FIFTH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"image_embeds", "pooler_output", "sentence_embedding", "embedding", "whatever"})
    void output_theUsualNamesOrTheOnlyOne(String name) throws IOException {
        assertVector(model(TestModels.vector(name, 2)), options(), 2 * FIFTH);
    }

    @Test
    void output_projectionBeforePoolerBesideHiddenStates() throws IOException {
        Path model = model(TestModels.all(
                TestModels.tokens("last_hidden_state"),
                TestModels.vector("pooler_output", 4),
                TestModels.vector("image_embeds", 5)));

        assertVector(model, options(), 5 * FIFTH);
        assertVector(model, options().pooling(Pooling.POOLER), 4 * FIFTH);
        assertVector(model, options().pooling(Pooling.PROJECTION), 5 * FIFTH);
        assertVector(model, options().pooling(Pooling.CLS), FIFTH);
        assertVector(model, options().pooling(Pooling.MEAN), 2 * FIFTH);
        assertVector(model, options().output("pooler_output"), 4 * FIFTH);
        assertVector(model, options().output("last_hidden_state").pooling(Pooling.MEAN), 2 * FIFTH);
    }

    @Test
    void output_notClear_isRefusedWithTheList() throws IOException {
        Path two = model(TestModels.all(TestModels.vector("left", 1), TestModels.vector("right", 2)));

        assertRefused(two, options(), "left FLOAT[batch, 3], right FLOAT[batch, 3]");
        assertRefused(two, options().output("middle"), "has no output 'middle'", "left", "right");
        assertRefused(two, options().pooling(Pooling.MEAN), "no hidden states");
        assertVector(two, options().output("right"), 2 * FIFTH);
    }

    @Test
    void output_onlyHiddenStates_needAPooling() throws IOException {
        Path model = model(TestModels.tokens("last_hidden_state"));

        assertRefused(model, options(), "a vector a token", "cls or mean", "last_hidden_state FLOAT[batch, 2, 3]");
        assertVector(model, options().pooling(Pooling.MEAN), 2 * FIFTH);
    }

    @Test
    void output_classScores_areNoVector() throws IOException {
        Path model = model(TestModels.vector("logits", 1));

        assertRefused(model, options(), "logits");
        assertVector(model, options().output("logits"), FIFTH);
    }

    @Test
    void pooling_asTheFolderSays() throws IOException {
        Path model = model(TestModels.tokens("last_hidden_state"));
        Path config = Files.createDirectories(model.resolve("1_Pooling")).resolve("config.json");

        Files.writeString(config, "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}");
        assertVector(model, options(), FIFTH);
        Files.writeString(config, "{\"pooling_mode_cls_token\": false, \"pooling_mode_mean_tokens\": true}");
        assertVector(model, options(), 2 * FIFTH);
        Files.writeString(config, "{\"pooling_mode_max_tokens\": true}");
        assertRefused(model, options(), "1_Pooling", "max_tokens");
    }

    @Test
    void normalize_asTheFolderSays() throws IOException {
        Path model = model(TestModels.vector("image_embeds", 2));
        Files.writeString(
                model.resolve("modules.json"),
                "[{\"type\": \"sentence_transformers.models.Transformer\"}, {\"type\": \"sentence_transformers.models.Normalize\"}]");

        assertVector(model, options(), (float) (1 / Math.sqrt(3)));
    }

    @Test
    void modelVersion_doesNotDependOnPathsOrNames() throws IOException {
        Path model = TestModels.withExternalData(folder.resolve("one"), 1, 2, 3);
        String before = version(model, options());
        Path elsewhere = Files.createDirectories(folder.resolve("a/b")).resolve("two");
        Files.move(model, elsewhere, StandardCopyOption.ATOMIC_MOVE);

        assertThat(version(elsewhere, options())).isEqualTo(before).matches("tiny@sha256:[0-9a-f]{64}");
    }

    @Test
    void modelVersion_ofFilesBehindLinks_isThatOfTheFiles() throws IOException {
        Path model = TestModels.withExternalData(folder.resolve("one"), 1, 2, 3);
        Path links = Files.createDirectories(folder.resolve("snapshots/0123"));
        Path blobs = Files.createDirectories(folder.resolve("blobs"));
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.toList()) {
                Path blob = blobs.resolve("blob-" + file.getFileName().hashCode());
                Files.copy(file, blob);
                Files.createSymbolicLink(links.resolve(file.getFileName()), blob);
            }
        }

        assertThat(version(links, options())).isEqualTo(version(model, options()));
        try (ImageEncoder encoder = open(links)) {
            assertThat(encoder.embed(picture).toArray())
                    .containsExactly(new float[] {1 + FIFTH, 2 + FIFTH, 3 + FIFTH}, offset(ROUNDING));
        }
    }

    @Test
    void open_modelThatIsALinkOutOfItsFolder_isRefused_unlessItWasNamed() throws IOException {
        Path model = model(TestModels.vector("image_embeds", 2));
        Path elsewhere = Files.move(model.resolve("model.onnx"), folder.resolve("elsewhere.onnx"));
        Files.createSymbolicLink(model.resolve("model.onnx"), elsewhere);

        assertRefused(model, options(), "model.onnx is a link out of the model's folder", elsewhere.toString());
        assertVector(model.resolve("model.onnx"), options(), 2 * FIFTH);
    }

    @Test
    void modelVersion_changesWithEveryByteThatCounts() throws IOException {
        Path model = TestModels.withExternalData(folder.resolve("one"), 1, 2, 3);
        Path other = TestModels.withExternalData(folder.resolve("two"), 1, 2, 4);
        Path plain = TestModels.folder(folder.resolve("three"), "model.onnx", TestModels.vector("image_embeds", 2));
        Path twice = TestModels.folder(folder.resolve("four"), "model.onnx", TestModels.vector("image_embeds", 3));

        assertThat(Files.readAllBytes(model.resolve("model.onnx")))
                .isEqualTo(Files.readAllBytes(other.resolve("model.onnx")));
        assertThat(version(model, options())).isNotEqualTo(version(other, options()));
        assertThat(version(plain, options())).isNotEqualTo(version(twice, options()));
        assertThat(version(plain, options().normalize(true))).isNotEqualTo(version(plain, options()));
    }

    @Test
    void modelVersion_changesWithOutputAndPooling() throws IOException {
        Path model =
                model(TestModels.all(TestModels.tokens("last_hidden_state"), TestModels.vector("pooler_output", 1)));

        assertThat(Stream.of(
                                options(),
                                options().pooling(Pooling.CLS),
                                options().pooling(Pooling.MEAN),
                                options().normalize(true))
                        .map(o -> version(model, o)))
                .doesNotHaveDuplicates();
        assertThat(version(model, options())).isEqualTo(version(model, options().pooling(Pooling.POOLER)));
    }

    @Test
    void modelVersion_afterAnEditThatKeepsSizeAndTimes_changes() throws IOException {
        Path model = TestModels.withExternalData(folder.resolve("one"), 1, 2, 3);
        String before = version(model, options());
        Path data = model.resolve("model.onnx_data");
        var time = Files.getLastModifiedTime(data);
        byte[] bytes = Files.readAllBytes(data);
        bytes[3] ^= 1;
        Files.write(data, bytes);
        Files.setLastModifiedTime(data, time);

        assertThat(version(model, options())).isNotEqualTo(before);
    }

    @Test
    void modelVersion_ofACopyOfTheBundledModel_isTheBundledOne() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("copy"));
        for (String name : new String[] {"model.onnx", "config.json", "preprocessor_config.json"}) {
            try (var in = BundledModel.class.getResourceAsStream("default/" + name)) {
                Files.copy(in, copy.resolve(name));
            }
        }
        try (ImageEncoder bundled =
                        ImageEncoders.open(ImageEncoders.DEFAULT, options().build());
                ImageEncoder copied = open(copy)) {
            assertThat(copied.modelVersion()).isEqualTo(bundled.modelVersion());
            assertThat(copied.preprocVersion()).isEqualTo(bundled.preprocVersion());
            assertThat(copied.embed(picture)).isEqualTo(bundled.embed(picture));
        }
    }

    @ParameterizedTest
    @MethodSource("graphsThatMixPictures")
    void encode_graphThatLooksAtTheWholeRun_neighboursDoNotCount(TestModels.Body body) throws IOException {
        for (int threads : new int[] {1, 2}) {
            try (ImageEncoder encoder = open(model(body), options().threads(threads))) {
                List<PreparedImage> batch = Stream.of(51, 255, 3, 120, 7)
                        .map(grey -> encoder.prepare(flatPng(grey)))
                        .toList();
                List<Map<String, Tensor>> together = encoder.encode(batch);
                for (int i = 0; i < batch.size(); i++) {
                    assertThat(together.get(i))
                            .isEqualTo(encoder.encode(List.of(batch.get(i))).get(0));
                }
            }
        }
    }

    /**
     * Dynamic quantisation, a normalisation whose usual axes include the batch, and what no operator's name gives
     * away.
     */
    static Stream<TestModels.Body> graphsThatMixPictures() {
        TestModels.Body reduced = (graph, c) -> {
            Value mean = new Ops(graph).mean(c, true, 0);
            graph.output("image_embeds", new Ops(graph).add(c, mean), Dim.free("batch"), Dim.of(3));
        };
        return Stream.of(TestModels.dynamicallyQuantized(), TestModels.normalizedOverTheBatch(), reduced);
    }

    @Test
    void modelVersion_ofAGraphThatLooksAtTheWholeRun_isRaised() throws IOException {
        Path plain = model(TestModels.vector("image_embeds", 2));
        assertThat(version(plain, options())).isEqualTo(withRevision(plain, 1)).isNotEqualTo(withRevision(plain, 2));
        for (TestModels.Body body : List.of(TestModels.dynamicallyQuantized(), TestModels.normalizedOverTheBatch())) {
            Path mixing = model(body);
            assertThat(version(mixing, options())).isEqualTo(withRevision(mixing, 2));
        }
    }

    /** The runtime would take the statistics of each run over into the next. */
    @Test
    void open_graphInTrainingMode_isRefused() throws IOException {
        assertRefused(model(TestModels.normalizedAsInTraining()), options(), "training mode", "inference");
    }

    /** The version as the digest's definition has it. */
    private static String withRevision(Path model, int revision) throws IOException {
        String sha256;
        try (FileDigests digests = new FileDigests(model.resolveSibling("digests"), true)) {
            sha256 = digests.sha256(model.resolve("model.onnx"));
        }
        return "tiny@sha256:"
                + FramedDigest.tagged("embedonce.model.onnx.v1")
                        .put("revision", revision)
                        .put("model", sha256)
                        .put("externalFiles", 0)
                        .put("output", "image_embeds")
                        .put("pooling", "none")
                        .put("normalize", false)
                        .put("numericMode", "as-stored")
                        .hexDigest();
    }

    @Test
    void open_graphWithFixedBatchOfOne_takesPicturesOneByOne() throws IOException {
        TestModels.write(folder.resolve("m"), "model.onnx", fixedInput(1, 8));
        try (ImageEncoder encoder = open(folder.resolve("m"), options().batchSize(32))) {
            assertThat(encoder.batchSize()).isEqualTo(1);
        }
    }

    @Test
    void open_graphThatTakesOtherPictures_namesBothSizes() throws IOException {
        TestModels.write(folder.resolve("m"), "model.onnx", fixedInput(1, 16));
        TestModels.write(folder.resolve("n"), "model.onnx", fixedInput(4, 8));

        assertRefused(folder.resolve("m"), options(), "pixel_values FLOAT[1, 3, 16, 16]", "8 rows and 8 columns");
        assertRefused(folder.resolve("n"), options(), "exactly 4 pictures");
    }

    @Test
    void open_graphWithMoreInputs_listsThem() throws IOException {
        GraphBuilder graph = new GraphBuilder();
        Value ids = graph.input("input_ids", TensorType.F32, Dim.free("batch"), Dim.of(3));
        Value pixels = graph.input("pixel_values", TensorType.F32, Dim.free("batch"), Dim.of(3), Dim.of(8), Dim.of(8));
        Ops ops = new Ops(graph);
        graph.output("image_embeds", ops.add(ids, ops.mean(pixels, false, 2, 3)), Dim.free("batch"), Dim.of(3));
        TestModels.write(folder.resolve("m"), "model.onnx", graph.build().modelProto());

        assertRefused(folder.resolve("m"), options(), "expected one input", "input_ids", "pixel_values");
    }

    @Test
    void open_modelThatGivesNoNumbers_isRefused() throws IOException {
        Path model = model((graph, c) ->
                graph.output("image_embeds", new Ops(graph).div(c, graph.scalar(0f)), Dim.free("batch"), Dim.of(3)));

        assertRefused(model, options(), "image_embeds is Infinity");
    }

    @Test
    void open_badFolders_nameFileAndReason() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        Path model = model(TestModels.vector("image_embeds", 1));

        assertRefused(empty, options(), empty.toString(), "onnx/model.onnx", "model.safetensors");
        Files.write(model.resolve("model.onnx"), "hello".getBytes(StandardCharsets.UTF_8));
        assertRefused(model, options(), "model.onnx", "not an ONNX file");
        Files.delete(model.resolve("preprocessor_config.json"));
        assertRefused(model, options(), "preprocessor_config.json");
        Path damaged = model(TestModels.vector("image_embeds", 1));
        Files.writeString(damaged.resolve("config.json"), "{");
        assertRefused(damaged, options(), "config.json", "not JSON");
        Path halved = TestModels.withExternalData(folder.resolve("halved"), 1, 2, 3);
        Files.write(halved.resolve("model.onnx_data"), new byte[5]);
        assertRefused(halved, options(), "model.onnx_data", "truncated");
    }

    private static byte[] fixedInput(int batch, int size) {
        GraphBuilder graph = new GraphBuilder();
        Value pixels =
                graph.input("pixel_values", TensorType.F32, Dim.of(batch), Dim.of(3), Dim.of(size), Dim.of(size));
        graph.output("image_embeds", new Ops(graph).mean(pixels, false, 2, 3), Dim.of(batch), Dim.of(3));
        return graph.build().modelProto();
    }

    private static String version(Path model, EncoderOptions.Builder options) {
        try (ImageEncoder encoder = open(model, options)) {
            return encoder.modelVersion();
        }
    }

    private static byte[] flatPng(int grey) {
        return BlankPicture.png(16, 16, grey);
    }
}
