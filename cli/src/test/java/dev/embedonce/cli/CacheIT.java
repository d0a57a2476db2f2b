package dev.embedonce.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.cache.EmbeddingCache;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.cli.Launcher.Result;
import dev.embedonce.store.Stores;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheIT {
    @TempDir
    private Path folder = Path.of("");

    private Launcher launcher = new Launcher(Path.of(""));
    private Path photos = Path.of("");

    @BeforeEach
    void fill() throws Exception {
        launcher = new Launcher(folder.resolve("cache.db"));
        photos = Pictures.folder(folder.resolve("photos"), 5);
        run("embed", photos, "--quiet");
    }

    private Result run(Object... command) throws Exception {
        Result result = launcher.run(command);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result;
    }

    private void sql(String statement) throws Exception {
        try (Connection sqlite = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("cache.db"));
                Statement sql = sqlite.createStatement()) {
            sql.executeUpdate(statement);
        }
    }

    @Test
    void stats_countEntriesAndWhatAllRunsSaved() throws Exception {
        run("embed", photos, "--quiet");
        JsonNode json =
                run("cache", "stats", "--json", "--price-per-hour", "1.5").json();
        assertThat(json.get("entries").asInt()).isEqualTo(10); // an entry and its input's link for each image
        assertThat(json.get("usage").get("images").asInt()).isEqualTo(10);
        assertThat(json.get("usage").get("hits").asInt()).isEqualTo(5);
        assertThat(json.get("usage").get("encoded").asInt()).isEqualTo(5);
        assertThat(json.get("usage").get("savedEncodeSeconds").asDouble()).isPositive();
        assertThat(json.get("usage").get("savedMoney").asDouble()).isPositive();
        assertThat(run("cache", "stats").out()).contains("10 entries").contains("over all runs: 10 images, 5 hits");
    }

    @Test
    void verify_vectorOverwrittenWithZeros_isFoundNotServedAndHealed() throws Exception {
        assertThat(run("cache", "verify").out()).contains("10 entries checked: 5 sound, 5 links");
        sql("UPDATE entries SET payload = zeroblob(length(payload)) WHERE length(payload) > 0 AND rowid = "
                + "(SELECT min(rowid) FROM entries WHERE length(payload) > 0)");
        Result damaged = launcher.run("cache", "verify", "--json");
        assertThat(damaged.exitCode()).isEqualTo(1);
        assertThat(damaged.json().get("reasons").get("CHECKSUM").asInt()).isEqualTo(1);
        assertThat(damaged.json().get("reasons").get("DANGLING_LINK").asInt()).isEqualTo(1);
        JsonNode healing = run("embed", photos, "--json", "--quiet").json();
        assertThat(healing.get("encoded").asInt()).isEqualTo(1);
        assertThat(healing.get("hits").asInt()).isEqualTo(4);
        assertThat(healing.get("corrupt").asInt()).isPositive();
        assertThat(run("cache", "verify").out()).contains("0 not answers");
    }

    @Test
    void explain_hitPixelHitAndMiss_sayWhy() throws Exception {
        Path known = photos.resolve("picture-0.png");
        JsonNode hit = run("cache", "explain", known, "--json").json();
        assertThat(hit.get("answer").asText()).isEqualTo("hit");
        assertThat(hit.get("contentHash").asText()).hasSize(64);
        assertThat(hit.get("modelVersion").asText()).startsWith("efficientnet_lite0@sha256:");
        Path resaved = Files.write(folder.resolve("resaved.png"), Pictures.pngBytes(0, 0.1f));
        assertThat(run("cache", "explain", resaved, "--json")
                        .json()
                        .get("answer")
                        .asText())
                .isEqualTo("pixel-hit");
        Path unknown = Pictures.png(folder, 77);
        assertThat(run("cache", "explain", unknown).out()).contains("miss: no entry under this key");
        assertThat(run("cache", "explain", known, "--normalize", "--json")
                        .json()
                        .get("answer")
                        .asText())
                .isEqualTo("miss");
        assertThat(launcher.run("cache", "explain", folder.resolve("nothing.png"))
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void gc_showsFirstAndRemovesWhenTold() throws Exception {
        assertThat(run("cache", "gc", "--older-than", "0m").out())
                .contains("would remove 10 entries")
                .contains("nothing was removed");
        assertThat(run("cache", "gc", "--older-than", "1d").out()).contains("would remove 0 entries");
        assertThat(run("cache", "gc", "--max-bytes", "15kB", "--yes", "--json")
                        .json()
                        .get("keptBytes")
                        .asInt())
                .isLessThanOrEqualTo(15_000);
        assertThat(run("cache", "gc", "--keep-model", "another", "--yes").out()).contains("0 entries, 0 bytes stay");
        assertThat(launcher.run("cache", "gc").exitCode()).isEqualTo(2);
        JsonNode again = run("embed", photos, "--json", "--quiet").json();
        assertThat(again.get("encoded").asInt()).isEqualTo(5);
    }

    @Test
    void invalidate_oneContent_forgetsIt() throws Exception {
        String hash = run("cache", "explain", photos.resolve("picture-3.png"), "--json")
                .json()
                .get("contentHash")
                .asText();
        assertThat(run("cache", "invalidate", "--hash", hash).out()).contains("1 entries forgotten");
        assertThat(run("embed", photos, "--json", "--quiet")
                        .json()
                        .get("encoded")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void invalidate_oneContentOfAllTenants_reachesFormerSaltsToo() throws Exception {
        byte[] picture = Files.readAllBytes(photos.resolve("picture-3.png"));
        String hash;
        try (FeatureCache cache = FeatureCache.over(Stores.open("sqlite:" + folder.resolve("cache.db")))
                .build()) {
            hash = cache.hash(new ByteArrayInputStream(picture)).hex();
            for (String salt : new String[] {"now", "before"}) {
                new EmbeddingCache(cache.forTenant(salt)).getOrCompute(picture, "m@1", "p@1", bytes -> new float[2]);
            }
        }
        Path keys = Files.writeString(
                folder.resolve("keys.json"),
                "{\"keys\": [{\"name\": \"a\", \"key\": \"0123456789abcdef\", \"salt\": \"now\"}],"
                        + " \"formerSalts\": [\"before\"]}");
        assertThat(run("cache", "invalidate", "--hash", hash, "--keys", keys).out())
                .contains("3 entries forgotten");
        assertThat(launcher.run("cache", "invalidate", "--model", "m@1", "--keys", keys)
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void exportAndImport_keepTheVectors() throws Exception {
        Path copy = folder.resolve("copy.db");
        assertThat(run("cache", "export", "sqlite:" + copy).out()).contains("10 entries copied");
        JsonNode warm = run("embed", photos, "--json", "--quiet", "--store", "sqlite:" + copy)
                .json();
        assertThat(warm.get("hits").asInt()).isEqualTo(5);
        JsonNode again = run("cache", "import", "sqlite:" + copy, "--json").json();
        assertThat(again.get("present").asInt()).isEqualTo(10);
        assertThat(again.get("copied").asInt()).isZero();
    }

    @Test
    void sealKey_unsealedEntriesAreMisses() throws Exception {
        Path key = Files.writeString(folder.resolve("seal.key"), HexFormat.of().formatHex(new byte[32]) + "\n");
        JsonNode sealing =
                run("embed", photos, "--json", "--quiet", "--seal-key", key).json();
        assertThat(sealing.get("encoded").asInt()).isEqualTo(5);
        JsonNode sealed =
                run("embed", photos, "--json", "--quiet", "--seal-key", key).json();
        assertThat(sealed.get("hits").asInt()).isEqualTo(5);
        Result missing = launcher.run("embed", photos, "--seal-key", folder.resolve("none.key"));
        assertThat(missing.exitCode()).isEqualTo(2);
        // the name may be a key that somebody took for a file: it is not repeated
        assertThat(missing.err()).contains("--seal-key: expected a file").doesNotContain("none.key");
    }
}
