package dev.embedonce.cli.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.hash.ImageHashes;
import dev.embedonce.image.hash.PerceptualHashes;
import dev.embedonce.image.resize.PillowProfile;
import java.awt.Color;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhashCommandTest {
    @TempDir
    private Path folder = Path.of("");

    private static ImageHashes expected(Path file) throws Exception {
        return new PerceptualHashes(PillowProfile.PILLOW_13)
                .of(new ImageDecoder(ExifPolicy.IGNORE).decode(Files.readAllBytes(file)));
    }

    @Test
    void files_areHashedInOrder_oneLineEach() throws Exception {
        Path one = Drawing.write(Drawing.scene(1, 90, 70), "png", folder.resolve("one.png"));
        Path two = Drawing.writeJpeg(Drawing.scene(2, 64, 64), 0.9f, folder.resolve("two.jpg"));

        Cli.Result result = Cli.run("phash", two, one);

        assertThat(result.exitCode()).isZero();
        assertThat(result.out().lines())
                .containsExactly(
                        expected(two).phash().hex() + "  " + two,
                        expected(one).phash().hex() + "  " + one);
        assertThat(result.err()).isEmpty();
    }

    @Test
    void dhash_isTheOtherHash() throws Exception {
        Path one = Drawing.write(Drawing.scene(1, 90, 70), "png", folder.resolve("one.png"));

        Cli.Result result = Cli.run("phash", folder, "--algorithm", "dhash");

        assertThat(result.out()).isEqualTo(expected(one).dhash().hex() + "  " + one + System.lineSeparator());
        assertThat(expected(one).dhash()).isNotEqualTo(expected(one).phash());
    }

    @Test
    void json_isAListWithBothHashes() throws Exception {
        Path one = Drawing.write(Drawing.scene(1, 90, 70), "png", folder.resolve("a.png"));
        Drawing.write(Drawing.flat(Color.RED, 50, 40), "png", folder.resolve("flat.png"));

        JsonNode json = Cli.run("phash", folder, "--json").json();

        assertThat(json.isArray()).isTrue();
        assertThat(json).hasSize(2);
        assertThat(json.get(0).fieldNames()).toIterable().containsExactly("path", "phash", "dhash", "degenerate");
        assertThat(json.get(0).get("path").asText()).isEqualTo(one.toString());
        assertThat(json.get(0).get("phash").asText())
                .isEqualTo(expected(one).phash().hex());
        assertThat(json.get(0).get("dhash").asText())
                .isEqualTo(expected(one).dhash().hex());
        assertThat(json.get(0).get("degenerate").asBoolean()).isFalse();
        assertThat(json.get(1).get("phash").asText()).isEqualTo("8000000000000000");
        assertThat(json.get(1).get("degenerate").asBoolean()).isTrue();
    }

    @Test
    void exifOrientation_doesNotTurn_asInImagehash() throws Exception {
        byte[] jpeg = Drawing.jpeg(Drawing.scene(3, 80, 60), 0.9f);
        Path plain = Files.write(folder.resolve("plain.jpg"), jpeg);
        Path turned = Files.write(folder.resolve("turned.jpg"), Drawing.withOrientation(jpeg, 6));
        assertThat(new ImageDecoder(ExifPolicy.APPLY)
                        .inspect(Files.readAllBytes(turned))
                        .height())
                .isEqualTo(80);

        List<String> lines = Cli.run("phash", plain, turned)
                .out()
                .lines()
                .map(line -> line.substring(0, 16))
                .toList();

        assertThat(lines.get(1)).isEqualTo(lines.get(0));
    }

    @Test
    void unreadableFiles_areListed_andTheRestIsHashed() throws Exception {
        Path good = Drawing.write(Drawing.scene(1, 90, 70), "png", folder.resolve("good.png"));
        Path broken = Files.write(folder.resolve("broken.jpg"), new byte[] {(byte) 0xFF, (byte) 0xD8, 1, 2, 3});
        Path text = Files.writeString(folder.resolve("text.txt"), "no picture");

        Cli.Result result = Cli.run("phash", folder);
        Cli.Result strict = Cli.run("phash", folder, "--strict", "--json");

        assertThat(result.exitCode()).isZero();
        assertThat(result.out().lines()).containsExactly(expected(good).phash().hex() + "  " + good);
        assertThat(result.err().lines()).hasSize(2);
        assertThat(result.err()).contains("not hashed: " + broken + ": ", "not hashed: " + text + ": ");
        assertThat(strict.exitCode()).isEqualTo(1);
        assertThat(strict.json()).hasSize(1);
    }

    @Test
    void degenerateHashes_areMentioned() throws Exception {
        Drawing.write(Drawing.flat(Color.BLUE, 50, 40), "png", folder.resolve("flat.png"));

        Cli.Result result = Cli.run("phash", folder);

        assertThat(result.exitCode()).isZero();
        assertThat(result.err()).contains("1 of these hashes are degenerate");
    }

    @Test
    void listOnStandardInput_isRead() throws Exception {
        Path one = Drawing.write(Drawing.scene(1, 90, 70), "png", folder.resolve("one.png"));

        Cli.Result result = Cli.runWithInput(one + "\n" + folder.resolve("gone.png") + "\n", "phash", "-");

        assertThat(result.out().lines()).containsExactly(expected(one).phash().hex() + "  " + one);
        assertThat(result.err()).contains("gone.png: no such file");
    }

    @Test
    void emptyFolder_givesAnEmptyList() throws Exception {
        Cli.Result result = Cli.run("phash", folder, "--json");

        assertThat(result.exitCode()).isZero();
        assertThat(result.json()).isEmpty();
    }

    @Test
    void wrongArguments_areOneLineAndStatus2() throws Exception {
        List<Object[]> wrong = List.of(
                new Object[] {"phash"},
                new Object[] {"phash", folder.resolve("gone.png")},
                new Object[] {"phash", folder, "--algorithm", "ahash"},
                new Object[] {"phash", folder, "--profile", "pillow-1"},
                new Object[] {"phash", folder, "--threads", "0"},
                new Object[] {"phash", folder, "--max-pixels", "0"});
        for (Object[] arguments : wrong) {
            Cli.Result result = Cli.run(arguments);
            assertThat(result.exitCode()).as(String.join(" ", result.errors())).isEqualTo(2);
            assertThat(result.errors()).hasSize(1);
            assertThat(result.out()).isEmpty();
        }
    }
}
