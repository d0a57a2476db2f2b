package dev.embedonce.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.embedonce.encoder.arch.Pooling;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checkpoints as published, opened like any other model; that the numbers are right is for the tests of the
 * architectures.
 */
class BuiltEncoderTest {
    private static final String PREPROCESSOR = """
            {"image_processor_type": "BitImageProcessor", "size": {"shortest_edge": 48}, "crop_size": {"height": 40, "width": 40}}
            """;

    @TempDir
    Path folder;

    private EncoderOptions.Builder options() {
        return EncoderOptions.builder().cacheFolder(folder.resolve("cache"));
    }

    private static ImageEncoder open(Path model, EncoderOptions.Builder options) {
        return ImageEncoders.open(model.toString(), options.build());
    }

    /** A copy of a tiny checkpoint, with settings for its pictures. */
    private Path checkpoint(String name) throws IOException {
        Path copy = Files.createDirectories(folder.resolve(name));
        try (Stream<Path> files = Files.list(resource("/arch/" + name))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName().toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.writeString(copy.resolve("preprocessor_config.json"), PREPROCESSOR);
        return copy;
    }

    private static Path resource(String name) {
        URL url = BuiltEncoderTest.class.getResource(name);
        if (url == null) {
            throw new IllegalStateException("no resource " + name);
        }
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dinov2", "clip", "clip-shards-bf16", "siglip", "vit", "convnext"})
    void open_checkpoint_embedsPictures(String name) throws IOException {
        try (ImageEncoder encoder = open(checkpoint(name), options())) {
            Embedding noise = encoder.embed(Goldens.picture("noise-224"));
            Embedding waves = encoder.embed(Goldens.picture("waves-420x300"));

            assertThat(noise.dimension()).isEqualTo(encoder.dimension()).isPositive();
            assertThat(noise).isNotEqualTo(waves).isEqualTo(encoder.embed(Goldens.picture("noise-224")));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "dinov2, FLOAT32", "dinov2, INT8", "dinov2, INT4", "clip, FLOAT32", "clip, INT8", "clip, INT4",
        "siglip, FLOAT32", "siglip, INT8", "siglip, INT4", "vit, FLOAT32", "vit, INT8", "vit, INT4",
        "convnext, FLOAT32", "convnext, INT8", "convnext, INT4"
    })
    void encode_batch_isBitForBitWhatEachPictureIsAlone(String name, NumericMode mode) throws IOException {
        for (WeightMemory memory : WeightMemory.values()) {
            try (ImageEncoder encoder =
                    open(checkpoint(name), options().numericMode(mode).memory(memory))) {
                List<PreparedImage> batch = Stream.of("noise-224", "grey-256", "waves-420x300", "shapes-257x391")
                        .map(Goldens::picture)
                        .map(encoder::prepare)
                        .toList();
                List<Map<String, Tensor>> together = encoder.encode(batch);
                for (int i = 0; i < batch.size(); i++) {
                    assertThat(together.get(i))
                            .isEqualTo(encoder.encode(List.of(batch.get(i))).get(0));
                }
            }
        }
    }

    @Test
    void encode_naflex_takesPicturesOfDifferentShapesInOneBatch() throws IOException {
        Path model = checkpoint("siglip2-naflex");
        Files.writeString(
                model.resolve("preprocessor_config.json"),
                "{\"image_processor_type\": \"Siglip2ImageProcessor\", \"patch_size\": 8, \"max_num_patches\": 30}");
        try (ImageEncoder encoder = open(model, options())) {
            List<PreparedImage> batch = Stream.of("noise-224", "waves-420x300")
                    .map(Goldens::picture)
                    .map(encoder::prepare)
                    .toList();
            assertThat(batch.get(0).pixelValues().shape()).containsExactly(3, 40, 40);
            assertThat(batch.get(1).pixelValues().shape()).containsExactly(3, 40, 48);
            List<Map<String, Tensor>> together = encoder.encode(batch);
            for (int i = 0; i < batch.size(); i++) {
                assertThat(together.get(i))
                        .isEqualTo(encoder.encode(List.of(batch.get(i))).get(0));
            }
        }
    }

    @Test
    void modelVersion_isThatOfTheContent() throws IOException {
        Path model = checkpoint("dinov2");
        String before = version(model, options());
        Path moved = Files.move(model, folder.resolve("moved"));

        assertThat(version(moved, options())).isEqualTo(before);
        assertThat(version(moved, options().memory(WeightMemory.MAP).threads(2)))
                .isEqualTo(before);
        assertThat(version(moved, options().normalize(true))).isNotEqualTo(before);
        assertThat(version(moved, options().pooling(Pooling.MEAN))).isNotEqualTo(before);
    }

    @Test
    void modelVersion_afterAChangedWeight_isAnother() throws IOException {
        Path model = checkpoint("dinov2");
        String before = version(model, options());
        Path weights = model.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 2] ^= 1;
        Files.write(weights, bytes);

        assertThat(version(model, options())).isNotEqualTo(before);
    }

    @Test
    void open_weightMemory_doesNotChangeTheVectorMuch() throws IOException {
        Path model = checkpoint("dinov2");
        byte[] picture = Goldens.picture("noise-224");
        try (ImageEncoder fast = open(model, options());
                ImageEncoder map = open(model, options().memory(WeightMemory.MAP))) {
            assertThat(map.embed(picture).toArray())
                    .containsExactly(fast.embed(picture).toArray(), offset(1e-5f));
        }
    }

    @Test
    void open_readyOnnxBesideSafetensors_counts() throws IOException {
        Path model = checkpoint("dinov2");
        TestModels.write(model, "onnx/model.onnx", TestModels.graph(TestModels.vector("image_embeds", 1)));
        try (ImageEncoder encoder = open(model, options())) {
            assertThat(encoder.dimension()).isEqualTo(3);
        }
    }

    @Test
    void open_unsupportedArchitecture_listsTheSupportedOnes() throws IOException {
        Path model = checkpoint("dinov2");
        Files.writeString(model.resolve("config.json"), "{\"model_type\": \"frobnicator\"}");

        assertThatThrownBy(() -> open(model, options()))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContainingAll("config.json", "frobnicator", "dinov2", "siglip");
    }

    private static String version(Path model, EncoderOptions.Builder options) {
        try (ImageEncoder encoder = open(model, options)) {
            return encoder.modelVersion();
        }
    }
}
