package dev.embedonce.cli.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.PixelImage;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NearDuplicatesCommandTest {
    @TempDir
    private Path temporary = Path.of("");

    private Path photos = Path.of("");

    @BeforeEach
    void makeFolder() throws Exception {
        photos = Files.createDirectory(temporary.resolve("photos"));
    }

    private Cli.Result run(Object... options) throws Exception {
        List<Object> all = new ArrayList<>(List.of("near-duplicates", photos));
        all.addAll(List.of(options));
        return Cli.run(Cli.withStore(temporary, all.toArray()));
    }

    /** One picture five times in different dress, two others, two flat ones, and a file that is none. */
    private void drawCollection() throws Exception {
        BufferedImage scene = Drawing.scene(11, 320, 240);
        Drawing.write(scene, "png", photos.resolve("a.png"));
        Files.copy(photos.resolve("a.png"), photos.resolve("b-copy.png"));
        Drawing.write(scene, "bmp", photos.resolve("c-pixels.bmp"));
        Drawing.write(Drawing.resized(scene, 480, 360), "png", photos.resolve("d-larger.png"));
        Drawing.writeJpeg(scene, 0.9f, photos.resolve("e-resaved.jpg"));
        Drawing.write(Drawing.scene(12, 320, 240), "png", photos.resolve("x.png"));
        Drawing.write(Drawing.scene(13, 320, 240), "png", photos.resolve("y.png"));
        Drawing.write(Drawing.flat(Color.RED, 200, 200), "png", photos.resolve("flat-1.png"));
        Drawing.write(Drawing.flat(Color.BLUE, 200, 200), "png", photos.resolve("flat-2.png"));
        Files.writeString(photos.resolve("z.jpg"), "not a picture");
    }

    private static List<String> names(JsonNode paths) {
        return StreamSupport.stream(paths.spliterator(), false)
                .map(node -> Path.of(node.isObject() ? node.get("path").asText() : node.asText()))
                .map(path -> String.valueOf(path.getFileName()))
                .toList();
    }

    /** The pairs by the names of their files. */
    private static JsonNode pairs(JsonNode json) {
        ObjectNode pairs = new ObjectMapper().createObjectNode();
        for (JsonNode pair : json.get("pairs")) {
            String a = String.valueOf(Path.of(pair.get("pathA").asText()).getFileName());
            String b = String.valueOf(Path.of(pair.get("pathB").asText()).getFileName());
            pairs.set(a + " " + b, pair);
        }
        return pairs;
    }

    @Test
    void collection_isSortedOut_andTheSecondRunEncodesNothing() throws Exception {
        drawCollection();

        Cli.Result first = run("--json", "--verify", "cosine >= 0.9");
        JsonNode json = first.json();
        JsonNode again = run("--json", "--verify", "cosine>=0.9").json();

        assertThat(first.exitCode()).isZero();
        assertThat(json.get("images").asInt()).isEqualTo(10);
        assertThat(json.get("hashes").asInt()).isEqualTo(9);
        assertThat(json.get("failed").asInt()).isEqualTo(1);
        assertThat(names(json.get("failures"))).containsExactly("z.jpg");
        assertThat(first.err()).contains("not hashed: " + photos.resolve("z.jpg"));
        assertThat(json.get("degenerate").asInt()).isEqualTo(2);
        assertThat(names(json.get("degeneratePictures"))).containsExactly("flat-1.png", "flat-2.png");
        assertThat(json.get("byteDuplicates").asInt()).isEqualTo(1);
        assertThat(json.get("pixelDuplicates").asInt()).isEqualTo(1);
        assertThat(json.get("candidates").asInt()).isEqualTo(3);
        assertThat(json.get("verified").asInt()).isEqualTo(3);
        assertThat(json.get("rejected").asInt()).isZero();
        assertThat(json.get("clusterCount").asInt()).isEqualTo(1);
        JsonNode cluster = json.get("clusters").get(0);
        assertThat(names(cluster.get("pictures")))
                .containsExactly("d-larger.png", "a.png", "b-copy.png", "c-pixels.bmp", "e-resaved.jpg");
        assertThat(cluster.get("representative").asText()).endsWith("d-larger.png");
        assertThat(json.get("verify").asText()).isEqualTo("cosine>=0.9");
        assertThat(json.get("vectorsEncoded").asInt()).isEqualTo(3);
        assertThat(again.get("vectorsEncoded").asInt()).isZero();
        assertThat(again.get("vectorsReused").asInt()).isEqualTo(3);
        assertThat(again.get("pairs")).isEqualTo(json.get("pairs"));

        JsonNode pairs = pairs(json);
        assertThat(pairs.fieldNames())
                .toIterable()
                .containsExactly(
                        "a.png b-copy.png",
                        "a.png c-pixels.bmp",
                        "a.png d-larger.png",
                        "a.png e-resaved.jpg",
                        "d-larger.png e-resaved.jpg");
        assertThat(pairs.path("a.png b-copy.png").get("kind").asText()).isEqualTo("bytes");
        assertThat(pairs.path("a.png c-pixels.bmp").get("kind").asText()).isEqualTo("pixels");
        assertThat(pairs.path("a.png e-resaved.jpg").get("kind").asText()).isEqualTo("near");
        assertThat(pairs.path("a.png e-resaved.jpg").get("cosine").asDouble()).isBetween(0.9, 0.999999);
        assertThat(pairs).allMatch(pair -> pair.get("verified").asBoolean());
    }

    @Test
    void lookAlikes_areRejectedByTheirVectors_andOnlyVerifyNoneBelievesTheHash() throws Exception {
        BufferedImage scene = Drawing.scene(11, 320, 240);
        Drawing.write(scene, "png", photos.resolve("a.png"));
        Drawing.write(Drawing.lookAlike(scene), "png", photos.resolve("b.png"));

        JsonNode verified = run("--json", "--hamming", "8").json();
        JsonNode believed = run("--json", "--hamming", "8", "--verify", "none").json();
        Cli.Result text = run("--hamming", "8", "--verify", "none");

        JsonNode pair = pairs(verified).path("a.png b.png");
        assertThat(pair.get("verified").asBoolean()).isFalse();
        assertThat(pair.get("cosine").asDouble()).isLessThan(0.98);
        assertThat(verified.get("candidates").asInt()).isEqualTo(1);
        assertThat(verified.get("rejected").asInt()).isEqualTo(1);
        assertThat(verified.get("clusterCount").asInt()).isZero();

        assertThat(believed.get("verify").asText()).isEqualTo("none");
        assertThat(believed.get("clusterCount").asInt()).isEqualTo(1);
        assertThat(believed.get("verified").asInt()).isZero();
        assertThat(believed.get("pairs").get(0).get("verified").asBoolean()).isFalse();
        assertThat(believed.get("pairs").get(0).get("cosine").isNull()).isTrue();
        assertThat(believed.get("warnings").get(0).asText()).startsWith("not verified");
        assertThat(text.out()).contains("warning: not verified: these pairs only resemble each other");
    }

    @Test
    void turnedByExif_hasTheSamePixelsAsTurnedForGood() throws Exception {
        byte[] jpeg = Drawing.withOrientation(Drawing.jpeg(Drawing.scene(5, 160, 120), 0.9f), 6);
        Files.write(photos.resolve("a.jpg"), jpeg);
        PixelImage upright = new ImageDecoder(ExifPolicy.APPLY).decode(jpeg).toRgb(AlphaPolicy.DROP);
        BufferedImage image = new BufferedImage(upright.width(), upright.height(), BufferedImage.TYPE_INT_RGB);
        ByteBuffer samples = upright.samples();
        for (int i = 0; i < upright.width() * upright.height(); i++) {
            Color colour = new Color(samples.get() & 0xFF, samples.get() & 0xFF, samples.get() & 0xFF);
            image.setRGB(i % upright.width(), i / upright.width(), colour.getRGB());
        }
        Drawing.write(image, "png", photos.resolve("b.png"));

        JsonNode json = run("--json", "--verify", "none").json();

        assertThat(upright.height()).isEqualTo(160);
        assertThat(pairs(json).path("a.jpg b.png").get("kind").asText()).isEqualTo("pixels");
    }

    @Test
    void transparency_isPartOfThePixels() throws Exception {
        BufferedImage opaque = Drawing.scene(6, 60, 60);
        BufferedImage hole = new BufferedImage(60, 60, BufferedImage.TYPE_INT_ARGB);
        for (int i = 0; i < 3600; i++) {
            int alpha = i % 60 < 30 ? 0xFF000000 : 0x80000000;
            hole.setRGB(i % 60, i / 60, (opaque.getRGB(i % 60, i / 60) & 0xFFFFFF) | alpha);
        }
        Drawing.write(opaque, "png", photos.resolve("a.png"));
        Drawing.write(hole, "png", photos.resolve("b.png"));

        JsonNode json = run("--json", "--verify", "none").json();

        assertThat(json.get("pixelDuplicates").asInt()).isZero();
    }

    @Test
    void text_namesClustersAndCounts() throws Exception {
        drawCollection();

        String out = run("--verify", "cosine>=0.9").out();

        assertThat(out)
                .contains("cluster 1: 5 pictures")
                .contains("* ")
                .contains("b-copy.png  [same bytes as " + photos.resolve("a.png"))
                .contains("10 images: 9 hashed (2 of them degenerate), 1 unreadable")
                .contains("3 candidate pairs by perceptual hash (Hamming <= 4): 3 verified (cosine>=0.9), 0 rejected")
                .contains("vectors: 0 from the cache, 3 encoded")
                .contains("1 clusters of 5 pictures; nothing was changed")
                .contains("warning: 2 pictures have so little structure");
    }

    @Test
    void csv_hasAllPairs() throws Exception {
        drawCollection();
        Path csv = temporary.resolve("pairs.csv");

        run("--csv", csv, "--verify", "cosine>=0.9");

        List<String> lines = Files.readAllLines(csv);
        assertThat(lines.get(0)).isEqualTo("path_a,path_b,hamming,cosine,verified,kind");
        assertThat(lines).hasSize(6);
        assertThat(lines.get(1))
                .isEqualTo(photos.resolve("a.png") + "," + photos.resolve("b-copy.png") + ",0,1.0,true,bytes");
        assertThat(lines.get(4)).matches(".*a\\.png,.*e-resaved\\.jpg,\\d,0\\.\\d+,true,near");
    }

    @Test
    void html_showsEveryClusteredPicture_andLoadsNothing() throws Exception {
        drawCollection();
        Path odd = photos.resolve("a <b>&'\"-copy.png");
        Files.copy(photos.resolve("a.png"), odd);
        Path html = temporary.resolve("sheet.html");

        run("--html", html, "--verify", "cosine>=0.9");

        String page = Files.readString(html);
        JsonNode json = run("--json", "--verify", "cosine>=0.9").json();
        for (JsonNode picture : json.get("clusters").get(0).get("pictures")) {
            assertThat(page)
                    .contains(">" + HtmlSheet.escaped(picture.get("path").asText()) + "<");
        }
        assertThat(page).contains("a &lt;b&gt;&amp;&#39;&quot;-copy.png").doesNotContain("<b>&'");
        assertThat(page).contains("1 and 2: ", "same bytes", "same pixels");
        assertThat(count(page, "<img ")).isEqualTo(6 + 2); // the cluster, and the flat ones
        Matcher sources = Pattern.compile("(?:src|href|url)\\s*[=(]\\s*[\"']?([^\"')]{0,24})")
                .matcher(page);
        List<String> references = new ArrayList<>();
        while (sources.find()) {
            references.add(sources.group(1));
        }
        assertThat(references).hasSize(8).allMatch(reference -> reference.startsWith("data:image/jpeg;base64,"));
        assertThat(page).doesNotContain("http://", "https://", "<script", "@import");
        assertThat(page).contains("prefers-color-scheme: dark", "width=device-width");
    }

    @Test
    void html_showsRejectedPairsAndSaysWhatIsNotVerified() throws Exception {
        BufferedImage scene = Drawing.scene(11, 320, 240);
        Drawing.write(scene, "png", photos.resolve("a.png"));
        Drawing.write(Drawing.lookAlike(scene), "png", photos.resolve("b.png"));
        Path html = temporary.resolve("sheet.html");

        run("--html", html, "--hamming", "8");
        String rejected = Files.readString(html);
        run("--html", html, "--hamming", "8", "--verify", "none");
        String believed = Files.readString(html);

        assertThat(rejected).contains("Rejected: 1 pairs", "Hamming ", "cosine 0.");
        assertThat(count(rejected, "<img ")).isEqualTo(2);
        assertThat(believed).contains("class=\"warning\"", "not verified: ", "vectors not compared");
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    @Test
    void nothingIsChanged() throws Exception {
        drawCollection();
        Map<String, String> before = contents();

        run("--html", temporary.resolve("a.html"), "--csv", temporary.resolve("a.csv"));

        assertThat(contents()).isEqualTo(before);
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files.map(file -> String.valueOf(file.getFileName()))).noneMatch(name -> name.endsWith(".part"));
        }
    }

    private Map<String, String> contents() throws Exception {
        try (Stream<Path> files = Files.list(photos)) {
            return files.collect(Collectors.toMap(Path::toString, NearDuplicatesCommandTest::contentHash));
        }
    }

    private static String contentHash(Path file) {
        try {
            return ContentHasher.sha256().hash(Files.readAllBytes(file)).hex();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void strict_failsForUnreadableFiles() throws Exception {
        drawCollection();

        assertThat(run("--strict", "--verify", "none").exitCode()).isEqualTo(1);
    }

    @Test
    void maxPixels_ofTheModelOptions_holdsForHashingToo() throws Exception {
        Drawing.write(Drawing.scene(1, 300, 300), "png", photos.resolve("small.png"));
        Drawing.write(Drawing.scene(2, 330, 330), "png", photos.resolve("large.png"));

        JsonNode json = run("--json", "--max-pixels", "100000").json();

        assertThat(json.get("hashes").asInt()).isEqualTo(1);
        assertThat(names(json.get("failures"))).containsExactly("large.png");
    }

    @Test
    void emptyFolder_isNothing() throws Exception {
        Cli.Result result = run("--json", "--verify", "none");

        assertThat(result.exitCode()).isZero();
        assertThat(result.json().get("images").asInt()).isZero();
        assertThat(result.json().get("clusters")).isEmpty();
    }

    @Test
    void wrongArguments_areOneLineAndStatus2() throws Exception {
        Drawing.write(Drawing.scene(1, 60, 60), "png", photos.resolve("a.png"));
        List<Object[]> wrong = List.of(
                new Object[] {"--hamming", "9"},
                new Object[] {"--hamming", "-1"},
                new Object[] {"--hamming", "few"},
                new Object[] {"--verify", "euclidean<=1"},
                new Object[] {"--verify", "cosine>=2"},
                new Object[] {"--verify", "cosine"},
                new Object[] {"--verify", "0.98"},
                new Object[] {"--threads", "0"},
                new Object[] {"--batch", "0"},
                new Object[] {"--max-pairs", "0"},
                new Object[] {"--html", temporary.resolve("sheet.txt")},
                new Object[] {"--html", temporary.resolve("gone/sheet.html")},
                new Object[] {"--csv", photos},
                new Object[] {"--model", temporary.resolve("no-model")},
                new Object[] {temporary.resolve("gone")},
                new Object[] {temporary.resolve("table.parquet")});
        for (Object[] arguments : wrong) {
            Cli.Result result = run(arguments);
            assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
            assertThat(result.errors()).hasSize(1);
            assertThat(result.out()).isEmpty();
        }
        assertThat(Cli.run("near-duplicates").exitCode()).isEqualTo(2);
    }
}
