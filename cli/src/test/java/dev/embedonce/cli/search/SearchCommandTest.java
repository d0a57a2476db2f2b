package dev.embedonce.cli.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.cli.output.VectorRow;
import dev.embedonce.cli.output.VectorWriter;
import dev.embedonce.cli.pictures.Cli;
import dev.embedonce.cli.pictures.Drawing;
import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.encoder.text.TextEncoder;
import dev.embedonce.encoder.text.TextEncoders;
import dev.embedonce.value.Embedding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(Lifecycle.PER_CLASS)
class SearchCommandTest {
    private static final long SEED = 4711;
    private static final double ROUNDING = 1e-12;
    /** Matrix products of another batch size may round differently. */
    private static final double BATCHING = 1e-5;

    private ImageEncoder encoder = ImageEncoders.open("default", EncoderOptions.defaults());

    @TempDir
    private Path shared = Path.of("");

    private Path folder = Path.of("");
    private Path query = Path.of("");
    private float[] queryVector = {};

    @BeforeAll
    void drawQuery() throws Exception {
        query = Drawing.write(Drawing.scene(1, 240, 200), "png", shared.resolve("query.png"));
        queryVector = encoder.embed(Files.readAllBytes(query)).toArray();
    }

    @BeforeEach
    void makeFolder() throws Exception {
        folder = Files.createTempDirectory(shared, "case");
    }

    @AfterAll
    void closeEncoder() {
        encoder.close();
    }

    private Cli.Result search(Object... arguments) throws Exception {
        List<Object> all = new ArrayList<>(List.of("search"));
        all.addAll(List.of(arguments));
        return Cli.run(Cli.withStore(shared, all.toArray()));
    }

    private VectorRow row(String path, float[] vector) {
        return row(path, vector, encoder.modelVersion(), encoder.preprocVersion());
    }

    private static VectorRow row(String path, float[] vector, String modelVersion, String preprocVersion) {
        return new VectorRow(
                path, "ab".repeat(32), 10, 20, modelVersion, preprocVersion, "encoded", Embedding.of(vector));
    }

    private static Path write(Path file, List<VectorRow> rows) throws Exception {
        try (VectorWriter writer = VectorWriter.to(file, rows.get(0).vector().dimension())) {
            for (VectorRow row : rows) {
                writer.write(row);
            }
            writer.commit();
        }
        return file;
    }

    /** Vectors at all angles to the query's, some of them twice. */
    private List<float[]> vectors(int count) {
        Random random = new Random(SEED);
        List<float[]> vectors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[] vector = new float[queryVector.length];
            float share = random.nextFloat() * 2 - 1;
            for (int j = 0; j < vector.length; j++) {
                vector[j] = share * queryVector[j] + (float) random.nextGaussian() * 0.4f;
            }
            vectors.add(i % 10 == 9 ? vectors.get(i - 3) : vector);
        }
        return vectors;
    }

    private double cosine(float[] vector) {
        return cosine(vector, queryVector);
    }

    private static double cosine(float[] vector, float[] other) {
        double product = 0;
        double a = 0;
        double b = 0;
        for (int i = 0; i < vector.length; i++) {
            product += (double) vector[i] * other[i];
            a += (double) vector[i] * vector[i];
            b += (double) other[i] * other[i];
        }
        return product / Math.sqrt(a) / Math.sqrt(b);
    }

    @ParameterizedTest
    @ValueSource(strings = {"v.parquet", "v.npy", "v.jsonl", "it's [1] *.parquet"})
    void order_isThatOfAComparisonOfAll(String name) throws Exception {
        List<float[]> vectors = vectors(300);
        List<VectorRow> rows = IntStream.range(0, 300)
                .mapToObj(i -> row("photos/" + i + ", \"no\n\u00e4\".jpg", vectors.get(i)))
                .toList();
        Path file = write(folder.resolve(name), rows);

        JsonNode json = search(file, "--image", query, "--top", 17, "--json").json();

        List<Integer> expected = IntStream.range(0, 300)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -cosine(vectors.get(i)))
                        .thenComparing(i -> i))
                .limit(17)
                .toList();
        assertThat(json.get("rows").asInt()).isEqualTo(300);
        assertThat(json.get("results")).hasSize(17);
        for (int rank = 0; rank < 17; rank++) {
            JsonNode hit = json.get("results").get(rank);
            int index = expected.get(rank);
            assertThat(hit.get("row").asInt())
                    .as("rank %d, seed %d", rank, SEED)
                    .isEqualTo(index);
            assertThat(hit.get("rank").asInt()).isEqualTo(rank + 1);
            assertThat(hit.get("cosine").asDouble()).isCloseTo(cosine(vectors.get(index)), within(ROUNDING));
            assertThat(hit.get("path").asText()).isEqualTo(rows.get(index).path());
            assertThat(hit.get("contentHash").asText()).isEqualTo("ab".repeat(32));
        }
        assertThat(json.get("modelVersion").asText()).isEqualTo(encoder.modelVersion());
        assertThat(json.get("versionsDiffer").asBoolean()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v.parquet", "v.npy", "v.jsonl"})
    void vectorsWithoutDirection_areLeftOutAndCounted(String name) throws Exception {
        float[] nan = queryVector.clone();
        nan[3] = Float.NaN;
        Path file = write(
                folder.resolve(name),
                List.of(row("zero", new float[queryVector.length]), row("nan", nan), row("same", queryVector)));

        Cli.Result result = search(file, "--image", query, "--json");

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.json().get("withoutDirection").asInt()).isEqualTo(2);
        assertThat(result.json().get("results")).hasSize(1);
        assertThat(result.json().get("results").get(0).get("path").asText()).isEqualTo("same");
    }

    @ParameterizedTest
    @ValueSource(strings = {"v.parquet", "v.npy", "v.jsonl"})
    void otherVersions_areRefusedByName_unlessForced(String name) throws Exception {
        VectorRow fits = row("a", queryVector);
        VectorRow model = row("b", queryVector, "other-model@sha256:123", encoder.preprocVersion());
        VectorRow preproc = row("c", queryVector, encoder.modelVersion(), "other-pixels@sha256:456");
        Path models = write(folder.resolve("m-" + name), List.of(fits, model));
        Path preprocs = write(folder.resolve("p-" + name), List.of(fits, preproc));

        Cli.Result refused = search(models, "--image", query);
        Cli.Result alsoRefused = search(preprocs, "--image", query);
        Cli.Result forced = search(models, "--image", query, "--force");

        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.errors()).hasSize(1);
        assertThat(refused.err()).contains("row 1", "other-model@sha256:123", encoder.modelVersion(), "--force");
        assertThat(alsoRefused.exitCode()).isEqualTo(2);
        assertThat(alsoRefused.err()).contains("other-pixels@sha256:456", encoder.preprocVersion());
        assertThat(forced.exitCode()).isZero();
        assertThat(forced.out()).contains("  a", "  b", "warning: the vectors were not made by the query's encoder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"v.parquet", "v.npy", "v.jsonl"})
    void vectorsOfAnotherLength_areRefused_evenIfForced(String name) throws Exception {
        Path file = write(folder.resolve(name), List.of(row("short", new float[] {1, 2, 3})));

        Cli.Result result = search(file, "--image", query, "--force");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.errors()).hasSize(1);
        assertThat(result.err()).contains("row 0: a vector of 3 numbers, but the query has 1280");
    }

    @Test
    void embeddedPictures_areFound_andShown() throws Exception {
        Path photos = Files.createDirectory(folder.resolve("photos"));
        Drawing.writeJpeg(Drawing.scene(1, 240, 200), 0.92f, photos.resolve("same.jpg"));
        for (int i = 2; i < 6; i++) {
            Drawing.write(Drawing.scene(i, 240, 200), "png", photos.resolve("other-" + i + ".png"));
        }
        Drawing.write(Drawing.scene(9, 240, 200), "png", photos.resolve("changes.png"));
        Path vectors = folder.resolve("v.parquet");
        Path html = folder.resolve("found.html");
        assertThat(Cli.run(Cli.withStore(shared, "embed", photos, "--out", vectors, "--quiet"))
                        .exitCode())
                .isZero();
        Drawing.write(Drawing.scene(10, 240, 200), "png", photos.resolve("changes.png"));

        Cli.Result result = search(vectors, "--image", query, "--html", html);

        assertThat(result.exitCode()).as(result.err()).isZero();
        List<String> lines = result.out().lines().toList();
        assertThat(lines).hasSize(7);
        assertThat(lines.get(0)).matches("    1   0\\.9\\d{3}  .*same\\.jpg");
        assertThat(lines.get(6)).startsWith("the 6 closest of 6 vectors by cosine, every one compared");
        String page = Files.readString(html);
        assertThat(page.split("<img src=\"data:image/jpeg;base64,", -1))
                .hasSize(1 + 1 + 5); // the query and what is unchanged
        assertThat(page)
                .contains("same.jpg", "other-2.png", "other-5.png", "cosine 0.9")
                .contains("the file has changed since it was embedded")
                .doesNotContain("http://", "https://", "<script");
    }

    @Test
    void relativePaths_startWhereTheUserSays() throws Exception {
        Path photos = Files.createDirectories(folder.resolve("elsewhere/photos"));
        byte[] picture = Files.readAllBytes(query);
        Files.write(photos.resolve("a.png"), picture);
        VectorRow row = new VectorRow(
                "photos/a.png",
                dev.embedonce.hash.ContentHasher.sha256().hash(picture).hex(),
                240,
                200,
                encoder.modelVersion(),
                encoder.preprocVersion(),
                "hit",
                Embedding.of(queryVector));
        Path file = write(folder.resolve("v.npy"), List.of(row));
        Path html = folder.resolve("found.html");

        search(file, "--image", query, "--html", html);
        String without = Files.readString(html);
        search(file, "--image", query, "--html", html, "--pictures", folder.resolve("elsewhere"));
        String with = Files.readString(html);

        assertThat(without).contains("there is no such file");
        assertThat(with).doesNotContain("there is no such file");
        assertThat(with.split("<img ", -1)).hasSize(3);
    }

    @Test
    void queryVector_comesFromTheCacheTheSecondTime() throws Exception {
        Path file = write(folder.resolve("v.npy"), List.of(row("a", queryVector)));
        Path store = folder.resolve("own.db");
        Object[] command = {"search", file, "--image", query, "--store", "sqlite:" + store};

        Cli.run(command);
        Cli.run(command);

        JsonNode usage = Cli.run("cache", "stats", "--json", "--store", "sqlite:" + store)
                .json()
                .get("usage");
        assertThat(usage.get("images").asInt()).isEqualTo(2);
        assertThat(usage.get("encoded").asInt()).isEqualTo(1);
        assertThat(usage.get("hits").asInt()).isEqualTo(1);
    }

    /** Tiny models with random weights, whose files the encoder's own tests keep. */
    private static Path textModel(String name) {
        return Path.of("..", "encoder", "src", "test", "resources", "text", name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip", "siglip", "siglip2"})
    void textQuery_ranksPicturesOfTheSameModel_andIsCached(String name) throws Exception {
        Path photos = Files.createDirectory(folder.resolve("photos"));
        List<float[]> vectors = new ArrayList<>();
        Path model = textModel(name);
        try (ImageEncoder images = ImageEncoders.open(model, EncoderOptions.defaults())) {
            for (int i = 0; i < 8; i++) {
                Path file = Drawing.write(Drawing.scene(i, 90, 80), "png", photos.resolve(i + ".png"));
                vectors.add(images.embed(Files.readAllBytes(file)).toArray());
            }
        }
        float[] words;
        try (TextEncoder texts = TextEncoders.open(model, EncoderOptions.defaults())) {
            words = texts.embed("a red bicycle").toArray();
        }
        Path file = folder.resolve("v.parquet");
        String store = "sqlite:" + folder.resolve("own.db");
        assertThat(Cli.run("embed", photos, "--model", model, "--out", file, "-q", "--store", store)
                        .exitCode())
                .isZero();
        Object[] command = {"search", file, "a red bicycle", "--model", model, "--json", "--store", store};

        Cli.Result result = Cli.run(command);
        Cli.Result again = Cli.run(command);

        assertThat(result.exitCode()).as(result.err()).isZero();
        JsonNode json = result.json();
        List<Integer> expected = IntStream.range(0, 8)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -cosine(vectors.get(i), words)))
                .toList();
        assertThat(json.get("queryKind").asText()).isEqualTo("text");
        for (int rank = 0; rank < 8; rank++) {
            JsonNode hit = json.get("results").get(rank);
            assertThat(hit.get("row").asInt()).isEqualTo(expected.get(rank));
            assertThat(hit.get("cosine").asDouble())
                    .isCloseTo(cosine(vectors.get(expected.get(rank)), words), within(BATCHING));
        }
        assertThat(again.json().get("results")).isEqualTo(json.get("results"));
        JsonNode usage =
                Cli.run("cache", "stats", "--json", "--store", store).json().get("usage");
        assertThat(usage.get("images").asInt()).isEqualTo(8 + 2);
        assertThat(usage.get("encoded").asInt()).isEqualTo(8 + 1);
    }

    @Test
    void textQuery_refusesPicturesOfAnotherModel() throws Exception {
        Path file = write(folder.resolve("v.npy"), List.of(row("a", queryVector)));

        Cli.Result result = search(file, "a red bicycle", "--model", textModel("clip"));

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.errors()).hasSize(1);
        assertThat(result.err()).contains(encoder.modelVersion(), "the query's is clip");
    }

    @Test
    void textWithoutATextSide_isOneClearError() throws Exception {
        Path file = write(folder.resolve("v.npy"), List.of(row("a", queryVector)));

        Cli.Result result = search(file, "a red bicycle");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.errors()).hasSize(1);
        assertThat(result.err()).contains("text side");
    }

    @Test
    void damagedFiles_areRefusedByName() throws Exception {
        List<VectorRow> rows = List.of(row("a", queryVector), row("b", queryVector));
        Path npy = write(folder.resolve("short.npy"), rows);
        byte[] bytes = Files.readAllBytes(npy);
        Files.write(npy, Arrays.copyOf(bytes, bytes.length - 4));
        Path fewer = write(folder.resolve("fewer.npy"), rows);
        Files.writeString(folder.resolve("fewer.csv"), "path\na\n");
        Path more = write(folder.resolve("more.npy"), rows);
        Files.writeString(folder.resolve("more.csv"), "path\na\nb\nc\n");
        Path alone = write(folder.resolve("alone.npy"), rows);
        Files.delete(folder.resolve("alone.csv"));
        Path noArray = Files.writeString(folder.resolve("text.npy"), "text");
        Files.writeString(folder.resolve("text.csv"), "path\n");
        Path noTable = Files.writeString(folder.resolve("text.parquet"), "text");
        Path noJson = Files.writeString(folder.resolve("text.jsonl"), "text");
        Path otherJson = Files.writeString(folder.resolve("other.jsonl"), "{\"path\": \"a\"}\n");
        Path words = Files.writeString(folder.resolve("words.jsonl"), "{\"path\": \"a\", \"vector\": [\"x\"]}\n");
        Path cutJson = Files.writeString(folder.resolve("cut.jsonl"), "{\"path\": \"a\", \"vector\": [1, 2");
        for (Path file : List.of(npy, fewer, more, alone, noArray, noTable, noJson, otherJson, words, cutJson)) {
            Cli.Result result = search(file, "--image", query, "--force");
            assertThat(result.exitCode()).as(file + ": " + result.err()).isEqualTo(2);
            assertThat(result.errors()).as(file.toString()).hasSize(1);
            assertThat(result.err()).contains(String.valueOf(file.getFileName()).replaceAll("\\..*", ""));
            assertThat(result.out()).isEmpty();
        }
    }

    @Test
    void wrongArguments_areOneLineAndStatus2() throws Exception {
        Path file = write(folder.resolve("v.npy"), List.of(row("a", queryVector)));
        Path text = Files.writeString(folder.resolve("no-picture.txt"), "text");
        List<Object[]> wrong = List.of(
                new Object[] {},
                new Object[] {file},
                new Object[] {file, "words", "--image", query},
                new Object[] {file, " "},
                new Object[] {file, "--image", folder.resolve("gone.png")},
                new Object[] {file, "--image", text},
                new Object[] {file, "--image", query, "--top", "0"},
                new Object[] {file, "--image", query, "--html", folder.resolve("x.pdf")},
                new Object[] {file, "--image", query, "--pictures", folder.resolve("gone")},
                new Object[] {folder.resolve("gone.parquet"), "--image", query},
                new Object[] {text, "--image", query});
        for (Object[] arguments : wrong) {
            Cli.Result result = search(arguments);
            assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
            assertThat(result.errors()).hasSize(1);
            assertThat(result.out()).isEmpty();
        }
    }
}
