package dev.embedonce.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.hub.HubSettings;
import dev.embedonce.testkit.HubServer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubModelTest {
    @TempDir
    Path folder;

    private final HubServer server = new HubServer();

    @AfterEach
    void close() {
        server.close();
    }

    private EncoderOptions.Builder options() {
        return EncoderOptions.builder()
                .cacheFolder(folder.resolve("cache"))
                .hub(new HubSettings(folder.resolve("hub"), server.endpoint(), false, Optional.empty()));
    }

    /** Publishes a folder's files, the big ones as large files. */
    private void publish(Path model, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(model).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                byte[] content = Files.readAllBytes(file);
                String name = prefix + file.getFileName();
                if (name.endsWith(".json")) {
                    server.small(name, content);
                } else {
                    server.large(name, content);
                }
            }
        }
        server.small("README.md", new byte[10]);
        server.large("pytorch_model.bin", new byte[1000]);
    }

    private List<String> snapshot() throws IOException {
        Path root = folder.resolve("hub/models--org--name/snapshots/" + HubServer.COMMIT);
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    private static String version(String model, EncoderOptions.Builder options) {
        try (ImageEncoder encoder = ImageEncoders.open(model, options.build())) {
            encoder.embed(Goldens.picture("noise-224"));
            return encoder.modelVersion();
        }
    }

    @Test
    void open_readyOnnxWithExternalData_fromTheHub() throws IOException {
        Path local = TestModels.withExternalData(folder.resolve("local"), 1, 2, 3);
        publish(local, "");

        assertThat(version("org/name", options())).isEqualTo(version(local.toString(), options()));
        assertThat(snapshot())
                .containsExactly("config.json", "model.onnx", "model.onnx_data", "preprocessor_config.json");
    }

    @Test
    void open_externalDataInAFolderOfTheModel_fromTheHub() throws IOException {
        Path local = TestModels.withExternalData(folder.resolve("local"), 1, 2, 3);
        publish(local, "onnx/");
        server.small("config.json", Files.readAllBytes(local.resolve("config.json")));
        server.small("preprocessor_config.json", Files.readAllBytes(local.resolve("preprocessor_config.json")));

        assertThat(version("org/name@v2", options())).isEqualTo(version(local.toString(), options()));
        assertThat(snapshot())
                .containsExactly("config.json", "onnx/model.onnx", "onnx/model.onnx_data", "preprocessor_config.json");
    }

    @Test
    void open_shardedSafetensors_fromTheHub() throws Exception {
        publish(shards(), "");
        server.small(
                "preprocessor_config.json",
                "{\"image_processor_type\": \"BitImageProcessor\", \"crop_size\": 40, \"size\": 40}"
                        .getBytes(StandardCharsets.UTF_8));

        String first = version("org/name", options());

        assertThat(first).startsWith("clip");
        assertThat(snapshot())
                .contains("model.safetensors.index.json", "model-00003-of-00003.safetensors")
                .doesNotContain("golden.safetensors", "README.md", "pytorch_model.bin");
        HubSettings offline = new HubSettings(folder.resolve("hub"), server.endpoint(), true, Optional.empty());
        assertThat(version("org/name", options().hub(offline))).isEqualTo(first);
    }

    private static Path shards() throws URISyntaxException {
        var url = HubModelTest.class.getResource("/arch/clip-shards-bf16");
        if (url == null) {
            throw new IllegalStateException("no test checkpoint");
        }
        return Path.of(url.toURI());
    }

    @Test
    void open_modelThatCannotRun_saysWhatItHas() {
        server.small("config.json", new byte[2]);
        server.large("pytorch_model.bin", new byte[10]);

        assertThatThrownBy(() -> ImageEncoders.open("org/name", options().build()))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContainingAll("model.safetensors", "pytorch_model.bin");
    }
}
