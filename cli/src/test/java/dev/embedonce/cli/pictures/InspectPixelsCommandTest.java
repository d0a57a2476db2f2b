package dev.embedonce.cli.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectPixelsCommandTest {
    @TempDir
    private Path folder = Path.of("");

    /** A .npy file taken apart. */
    private record Array(String header, ByteBuffer data) {
        static Array read(Path file) throws Exception {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            int length = Short.toUnsignedInt(bytes.getShort(8));
            assertThat((10 + length) % 64).isZero();
            String header = new String(bytes.array(), 10, length, StandardCharsets.US_ASCII);
            assertThat(header).endsWith("\n");
            return new Array(header.strip(), bytes.position(10 + length).slice().order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    private Path model(String size) throws Exception {
        Path model = Files.createDirectories(folder.resolve("model"));
        Files.writeString(model.resolve("config.json"), "{\"model_type\": \"vit\"}");
        Files.writeString(
                model.resolve("preprocessor_config.json"),
                "{\"image_processor_type\": \"ViTImageProcessor\", \"do_resize\": true, \"size\": " + size
                        + ", \"resample\": 2, \"do_rescale\": true, \"rescale_factor\": 0.00392156862745098,"
                        + " \"do_normalize\": true, \"image_mean\": [0.5, 0.5, 0.5], \"image_std\": [0.5, 0.5, 0.25]}");
        return model;
    }

    @Test
    void modelOfTwoJsonFiles_isEnough_andValuesAreExact() throws Exception {
        BufferedImage image = Drawing.scene(4, 6, 5);
        Path picture = Drawing.write(image, "png", folder.resolve("a.png"));
        Path out = folder.resolve("x.npy");

        Cli.Result result = Cli.run(
                "inspect",
                "pixels",
                picture,
                "--model",
                model("{\"height\": 5, \"width\": 6}"),
                "--out",
                out,
                "--json");

        assertThat(result.exitCode()).as(result.err()).isZero();
        Array array = Array.read(out);
        assertThat(array.header()).isEqualTo("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 5, 6), }");
        assertThat(array.data().remaining()).isEqualTo(3 * 5 * 6 * 4);
        float[] std = {0.5f, 0.5f, 0.25f};
        double sum = 0;
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < 5; y++) {
                for (int x = 0; x < 6; x++) {
                    int sample = (image.getRGB(x, y) >> (16 - 8 * c)) & 0xFF;
                    float expected = ((float) (sample * 0.00392156862745098) - 0.5f) / std[c];
                    assertThat(array.data().getFloat(((c * 5 + y) * 6 + x) * 4)).isEqualTo(expected);
                    sum += expected;
                }
            }
        }
        JsonNode json = result.json();
        assertThat(json.get("shape")).hasToString("[3,5,6]");
        assertThat(json.get("mean").asDouble()).isEqualTo(sum / 90);
        assertThat(json.get("min").asDouble()).isLessThan(json.get("max").asDouble());
        assertThat(json.get("preprocVersion").asText()).startsWith("vit/").contains("pillow-13", "@sha256:");
    }

    @Test
    void defaultModel_isWhatItsEncoderIsGiven() throws Exception {
        Path picture = Drawing.writeJpeg(Drawing.scene(5, 300, 210), 0.9f, folder.resolve("a.jpg"));
        Path out = folder.resolve("x.npy");

        Cli.Result result = Cli.run("inspect", "pixels", picture, "--out", out);

        try (ImageEncoder encoder = ImageEncoders.open("default", EncoderOptions.defaults())) {
            ByteBuffer expected =
                    encoder.prepare(Files.readAllBytes(picture)).pixelValues().data();
            assertThat(Array.read(out).data()).isEqualTo(expected);
            assertThat(result.out())
                    .contains("preprocessing version: " + encoder.preprocVersion())
                    .contains("float32 [3, 224, 224]")
                    .contains("picture:               300 x 210");
        }
    }

    @Test
    void profile_isPartOfTheVersion_andChangesTallPictures() throws Exception {
        Path picture = Drawing.write(Drawing.scene(6, 60, 900), "png", folder.resolve("tall.png"));
        Path model = model("{\"height\": 32, \"width\": 32}");
        Path old = folder.resolve("12.npy");
        Path current = folder.resolve("13.npy");

        JsonNode twelve = Cli.run(
                        "inspect",
                        "pixels",
                        picture,
                        "--model",
                        model,
                        "--profile",
                        "pillow-12",
                        "--out",
                        old,
                        "--json")
                .json();
        JsonNode thirteen = Cli.run(
                        "inspect",
                        "pixels",
                        picture,
                        "--model",
                        model,
                        "--profile",
                        "pillow-13",
                        "--out",
                        current,
                        "--json")
                .json();

        assertThat(twelve.get("preprocVersion").asText()).contains("pillow-12");
        assertThat(thirteen.get("preprocVersion").asText()).contains("pillow-13");
        assertThat(Array.read(old).data()).isNotEqualTo(Array.read(current).data());
    }

    @Test
    void wrongArguments_areOneLineAndStatus2_andLeaveNoFile() throws Exception {
        Path picture = Drawing.write(Drawing.scene(4, 60, 50), "png", folder.resolve("a.png"));
        Path broken = Files.writeString(folder.resolve("broken.png"), "no picture");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Path out = folder.resolve("x.npy");
        Path odd = model("{\"height\": 5, \"width\": 6}");
        Files.writeString(
                odd.resolve("preprocessor_config.json"),
                "{\"image_processor_type\": \"ViTImageProcessor\"," + " \"do_something_new\": true}");
        List<Object[]> wrong = List.of(
                new Object[] {"inspect"},
                new Object[] {"inspect", "pixels", picture},
                new Object[] {"inspect", "pixels", "--out", out},
                new Object[] {"inspect", "pixels", folder.resolve("gone.png"), "--out", out},
                new Object[] {"inspect", "pixels", broken, "--out", out},
                new Object[] {"inspect", "pixels", picture, "--model", empty, "--out", out},
                new Object[] {"inspect", "pixels", picture, "--model", folder.resolve("gone"), "--out", out},
                new Object[] {"inspect", "pixels", picture, "--model", odd, "--out", out},
                new Object[] {"inspect", "pixels", picture, "--profile", "pillow-9", "--out", out},
                new Object[] {"inspect", "pixels", picture, "--out", folder.resolve("x.txt")},
                new Object[] {"inspect", "pixels", picture, "--out", folder.resolve("gone/x.npy")},
                new Object[] {"inspect", "pixels", picture, "--max-pixels", "100", "--out", out});
        for (Object[] arguments : wrong) {
            Cli.Result result = Cli.run(arguments);
            assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
            assertThat(result.out()).isEmpty();
            assertThat(out).doesNotExist();
        }
        Cli.Result unknown = Cli.run("inspect", "pixels", picture, "--model", odd, "--out", out);
        assertThat(unknown.errors()).hasSize(1);
        assertThat(unknown.err()).contains("do_something_new");
    }
}
