package dev.embedonce.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.cli.Launcher.Result;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedIT {
    @TempDir
    private Path folder = Path.of("");

    private Launcher launcher = new Launcher(Path.of(""));

    @BeforeEach
    void newCache() {
        launcher = new Launcher(folder.resolve("cache.db"));
    }

    private static void assertCounts(JsonNode json, int hits, int pixelHits, int encoded, int failed) {
        assertThat(Map.of(
                        "images", json.get("images").asInt(),
                        "hits", json.get("hits").asInt(),
                        "pixelHits", json.get("pixelHits").asInt(),
                        "encoded", json.get("encoded").asInt(),
                        "failed", json.get("failed").asInt()))
                .as(json.toString())
                .isEqualTo(Map.of(
                        "images", hits + pixelHits + encoded + failed,
                        "hits", hits,
                        "pixelHits", pixelHits,
                        "encoded", encoded,
                        "failed", failed));
    }

    private JsonNode embed(Object... arguments) throws Exception {
        List<Object> command = new ArrayList<>(List.of("embed", "--json"));
        command.addAll(List.of(arguments));
        Result result = launcher.run(command.toArray());
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.json();
    }

    private static Map<String, String> vectorsByHash(Path parquet) throws Exception {
        Map<String, String> vectors = new TreeMap<>();
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT content_hash, vector::VARCHAR, len(vector) FROM '" + parquet + "'")) {
            while (rows.next()) {
                assertThat(rows.getInt(3)).isEqualTo(1280);
                vectors.put(rows.getString(1), rows.getString(2));
            }
        }
        return vectors;
    }

    @Test
    void embed_shippedPictures_asInTheReadme() throws Exception {
        Path out = folder.resolve("vectors.parquet");
        JsonNode cold = embed(Launcher.ROOT.resolve("examples/pictures"), "--out", out);
        assertCounts(cold, 0, 1, 10, 0); // one picture is there twice, saved differently
        Map<String, String> coldVectors = vectorsByHash(out);
        assertThat(coldVectors).hasSize(11);
        JsonNode warm = embed(Launcher.ROOT.resolve("examples/pictures"), "--out", out);
        assertCounts(warm, 11, 0, 0, 0);
        assertThat(vectorsByHash(out)).isEqualTo(coldVectors);
        assertThat(warm.get("savedEncodeSeconds").asDouble()).isPositive();
        assertThat(warm.get("encodeSeconds").asDouble()).isZero();
        for (String field :
                List.of("wallSeconds", "modelVersion", "preprocVersion", "dimension", "store", "failures")) {
            assertThat(warm.has(field)).as(field).isTrue();
        }
    }

    @Test
    void embed_renamedEditedResavedAndNewFiles_encodesOnlyNewContent() throws Exception {
        Path photos = Pictures.folder(folder.resolve("photos"), 8);
        assertCounts(embed(photos), 0, 0, 8, 0);
        Files.move(photos.resolve("picture-0.png"), photos.resolve("renamed.txt"));
        Path edited = photos.resolve("picture-1.png");
        FileTime time = Files.getLastModifiedTime(edited);
        byte[] other = Pictures.pngBytes(100, 0.9f);
        byte[] before = Files.readAllBytes(edited);
        byte[] sameSize = Arrays.copyOf(other, Math.max(other.length, before.length));
        Files.write(edited, sameSize);
        Files.setLastModifiedTime(edited, time);
        Files.write(photos.resolve("picture-2.png"), Pictures.pngBytes(2, 0.1f));
        Pictures.png(photos, 50);
        assertCounts(embed(photos), 6, 1, 2, 0);
        assertCounts(embed(photos), 9, 0, 0, 0);
    }

    @Test
    void embed_noCache_encodesEachContentOnceABatchAndKeepsNothing() throws Exception {
        Path photos = Pictures.folder(folder.resolve("photos"), 3);
        Files.copy(photos.resolve("picture-0.png"), photos.resolve("copy.png"));
        assertCounts(embed(photos, "--no-cache"), 1, 0, 3, 0);
        assertCounts(embed(photos, "--no-cache"), 1, 0, 3, 0);
        assertThat(folder.resolve("cache.db")).doesNotExist();
        assertCounts(embed(photos), 1, 0, 3, 0);
    }

    @Test
    void embed_outputs_holdTheSameVectors() throws Exception {
        Path photos = Pictures.folder(folder.resolve("photos"), 3);
        embed(photos, "--out", folder.resolve("v.parquet"));
        embed(photos, "--out", folder.resolve("v.npy"));
        embed(photos, "--out", folder.resolve("v.jsonl"));
        ByteBuffer npy =
                ByteBuffer.wrap(Files.readAllBytes(folder.resolve("v.npy"))).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(npy.capacity()).isEqualTo(128 + 3 * 1280 * 4);
        List<String> csv = Files.readAllLines(folder.resolve("v.csv"));
        List<String> jsonl = Files.readAllLines(folder.resolve("v.jsonl"));
        assertThat(csv).hasSize(4);
        assertThat(csv.get(0)).isEqualTo("path,content_hash,width,height,model_version,preproc_version,status");
        assertThat(jsonl).hasSize(3);
        Map<String, String> parquet = vectorsByHash(folder.resolve("v.parquet"));
        for (int row = 0; row < 3; row++) {
            JsonNode json = new ObjectMapper().readTree(jsonl.get(row));
            assertThat(csv.get(row + 1))
                    .contains(
                            json.get("path").asText(), json.get("content_hash").asText());
            assertThat(json.get("width").asInt()).isEqualTo(96);
            assertThat(json.get("height").asInt()).isEqualTo(72);
            assertThat(json.get("status").asText()).isEqualTo("hit");
            assertThat(json.get("vector")).hasSize(1280);
            assertThat((float) json.get("vector").get(7).asDouble())
                    .isEqualTo(npy.getFloat(128 + (row * 1280 + 7) * 4));
            assertThat(parquet).containsKey(json.get("content_hash").asText());
        }
    }

    @Test
    void embed_inputs_listGlobAndTables() throws Exception {
        Path photos = Pictures.folder(folder.resolve("photos"), 4);
        String list = photos.resolve("picture-0.png") + "\n\n" + photos.resolve("picture-1.png") + "\nmissing.png\n";
        Result fromList = launcher.runWithInput(list, "embed", "-", "--json");
        assertCounts(fromList.json(), 0, 0, 2, 1);
        assertThat(fromList.err()).contains("not embedded: missing.png: no such file");
        assertCounts(embed(photos + "/picture-[23].png"), 0, 0, 2, 0);
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement()) {
            statement.execute("COPY (SELECT content AS bytes FROM read_blob('" + photos + "/*.png')) TO '"
                    + folder.resolve("bytes.parquet") + "' (FORMAT parquet, COMPRESSION zstd)");
        }
        assertCounts(embed(folder.resolve("bytes.parquet")), 4, 0, 0, 0);
        Files.writeString(folder.resolve("paths.csv"), "id,path\n1,photos/picture-0.png\n2,photos/picture-3.png\n");
        assertCounts(embed(folder.resolve("paths.csv")), 2, 0, 0, 0);
        Result noColumn = launcher.run("embed", folder.resolve("paths.csv"), "--column", "photo");
        assertThat(noColumn.exitCode()).isEqualTo(2);
        assertThat(noColumn.err()).contains("no column 'photo'; it has id, path");
    }

    @Test
    void embed_inAnyLocale_writesTheSamePaths() throws Exception {
        String uri = folder.toUri().toString();
        Path photos = Path.of(URI.create(uri + "b%C3%BCcher"));
        Files.createDirectories(photos);
        Files.write(Path.of(URI.create(photos.toUri() + "caf%C3%A9.png")), Pictures.pngBytes(1, 0.9f));
        Files.write(Path.of(URI.create(photos.toUri() + "odd%E9.png")), Pictures.pngBytes(2, 0.9f));
        String start = folder + "/b\u00fccher";
        for (String locale : List.of("C", "C.UTF-8")) {
            Result result = launcher.runIn(locale, "", "embed", folder, "--json", "--out", folder.resolve("v.jsonl"));
            assertThat(result.exitCode()).as(result.err()).isZero();
            List<String> paths = new ArrayList<>();
            for (String line : Files.readAllLines(folder.resolve("v.jsonl"))) {
                paths.add(new ObjectMapper().readTree(line).get("path").asText());
            }
            assertThat(paths).contains(start + "/caf\u00e9.png", photos.toUri() + "odd%E9.png");
            Result list = launcher.runIn(
                    locale, start + "/caf\u00e9.png\n" + start + "/\u00e4.png\n", "embed", "-", "--json");
            assertThat(list.json().get("hits").asInt()).isEqualTo(1);
            assertThat(list.err()).contains("not embedded: " + start + "/\u00e4.png: no such file");
            Files.delete(folder.resolve("v.jsonl"));
        }
    }

    @Test
    void embed_filesThatAreNoImages_areListedAndDoNotStopTheRun() throws Exception {
        Path photos = Pictures.folder(folder.resolve("photos"), 2);
        byte[] png = Pictures.pngBytes(1, 0.9f);
        Files.write(photos.resolve("empty.png"), new byte[0]);
        Files.writeString(photos.resolve("notes.txt"), "these are no pixels");
        Files.write(photos.resolve("truncated.png"), Arrays.copyOf(png, png.length / 2));
        Files.write(photos.resolve("huge.bin"), new byte[300_000]);
        Files.writeString(photos.resolve(".hidden"), "not even looked at");
        Result result = launcher.run("embed", photos, "--json", "--max-file-bytes", "200kB");
        assertThat(result.exitCode()).isZero();
        assertCounts(result.json(), 0, 0, 2, 4);
        assertThat(result.err())
                .contains("empty.png: empty file")
                .contains("notes.txt: not a supported image")
                .contains("truncated.png: ")
                .contains("huge.bin: more than 200000 bytes, the limit of --max-file-bytes");
        assertThat(launcher.run("embed", photos, "--strict", "--quiet").exitCode())
                .isEqualTo(1);
    }

    @Test
    void embed_whatCannotBeDone_isOneClearLineAndExitCode2() throws Exception {
        Path photos = Pictures.folder(folder.resolve("photos"), 1);
        Files.writeString(folder.resolve("not-a-folder"), "");
        assertRefused("no such file or folder: nowhere", "embed", "nowhere");
        assertRefused("nothing matches", "embed", photos + "/*.jpeg");
        assertRefused("there is no folder", "embed", photos, "--out", folder.resolve("no/v.parquet"));
        assertRefused("must end in .parquet, .npy or .jsonl", "embed", photos, "--out", folder.resolve("v.xls"));
        assertRefused("there is no store 'oracle:'", "embed", photos, "--store", "oracle:x");
        assertRefused("starts with its kind", "embed", photos, "--store", "cache.db");
        assertRefused("no option 'colour'", "embed", photos, "--store", "sqlite:x.db?colour=red");
        assertRefused("not-a-folder", "embed", photos, "--store", "sqlite:" + folder.resolve("not-a-folder/cache.db"));
        assertRefused("no-such-model", "embed", photos, "--model", "no-such-model");
        assertRefused("must be at least 1", "embed", photos, "--batch", "0");
        assertRefused("--bach", "embed", photos, "--bach", "1");
        assertRefused("a ready ONNX model runs as it is", "embed", photos, "--dtype", "int8");
        assertRefused("FLOAT32, INT8, INT4", "embed", photos, "--dtype", "int2");
        assertRefused("unknown device 'tpu'", "embed", photos, "--device", "tpu");
        assertRefused("cuda", "embed", photos, "--device", "cuda");
    }

    private void assertRefused(String message, Object... command) throws Exception {
        Result result = launcher.run(command);
        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(result.err()).startsWith("embedonce: ").contains(message).doesNotContain("\tat ");
        assertThat(result.out()).isEmpty();
    }
}
