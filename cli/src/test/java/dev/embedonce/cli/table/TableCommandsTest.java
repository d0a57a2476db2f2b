package dev.embedonce.cli.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.cli.pictures.Cli;
import dev.embedonce.cli.pictures.Cli.Result;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.store.Stores;
import dev.embedonce.table.TableFiles;
import dev.embedonce.testkit.TestEntries;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A laptop and a cluster exchange what they know: {@code cache} with {@code table:FOLDER}. */
class TableCommandsTest {
    @TempDir
    private Path folder = Path.of("");

    private String store = "";
    private String table = "";

    @BeforeEach
    void fill() {
        store = "sqlite:" + folder.resolve("cache.db");
        table = "table:" + folder.resolve("table");
        try (CacheStore opened = Stores.open(store)) {
            opened.putAllIfAbsent(TestEntries.batch(0, 20));
        }
    }

    private Result run(Object... command) throws Exception {
        Result result = Cli.run(command);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result;
    }

    private JsonNode json(Object... command) throws Exception {
        return run(command).json();
    }

    @Test
    void exportAndImport_exchangeEntries() throws Exception {
        assertThat(run("cache", "export", table, "--store", store).out()).contains("20 entries copied");
        JsonNode again = json("cache", "export", table, "--store", store, "--json");
        assertThat(again.get("present").asLong()).isEqualTo(20);
        assertThat(again.get("copied").asLong()).isZero();
        String other = "files:" + folder.resolve("files");
        JsonNode copy = json("cache", "import", table, "--store", other, "--json");
        assertThat(copy.get("copied").asLong()).isEqualTo(20);
        assertThat(copy.get("from").asText()).isEqualTo(table);
        try (CacheStore one = Stores.open(store);
                CacheStore two = Stores.open(other)) {
            var keys = TestEntries.batch(0, 20).keySet();
            assertThat(two.getAll(keys)).hasSize(20).isEqualTo(one.getAll(keys));
        }
    }

    @Test
    void verify_saysWhatIsLost_andRepairs() throws Exception {
        run("cache", "export", table, "--store", store);
        assertThat(run("cache", "verify", "--store", table).out()).contains("20 entries checked: 20 sound");
        TableFiles.Listed part = LocalTable.at(StoreUrl.parse(table)).files().list("").stream()
                .filter(file -> file.path().endsWith(".parquet"))
                .findFirst()
                .orElseThrow();
        Files.delete(folder.resolve("table").resolve(part.path()));

        Result found = Cli.run("cache", "verify", "--store", table, "--json");
        assertThat(found.exitCode()).isEqualTo(1);
        assertThat(found.json().get("reasons").get("DAMAGED").asLong()).isEqualTo(20);
        assertThat(found.json().get("lostParts").get(0).asText()).isEqualTo(part.path());
        assertThat(Cli.run("cache", "verify", "--store", table, "--repair").out())
                .contains(part.path() + ": missing, cut short or not readable")
                .contains("20 removed");
        assertThat(run("cache", "verify", "--store", table).out()).contains("0 not answers");
    }

    @Test
    void gc_showsFirst_andRemovesWhenTold() throws Exception {
        run("cache", "export", table, "--store", store);
        assertThat(run("cache", "gc", "--store", table).out())
                .contains("would remove 0 entries")
                .contains("would delete 0 files that nobody needs");
        assertThat(run("cache", "gc", "--store", table, "--keep-model", "another")
                        .out())
                .contains("would remove 20 entries")
                .contains("nothing was removed");
        run("cache", "gc", "--store", table, "--keep-model", "another", "--yes");
        JsonNode rest = json("cache", "gc", "--store", table, "--unneeded-after", "0m", "--yes", "--json");
        assertThat(rest.get("keptEntries").asLong()).isZero();
        assertThat(rest.get("unneededFiles").asLong()).isEqualTo(2); // the part, and the snapshot that listed it
        assertThat(run("cache", "import", table, "--store", store).out()).contains("0 entries copied");
    }

    @Test
    void invalidate_forgetsAContent_andOnlyThat() throws Exception {
        run("cache", "export", table, "--store", store);
        String hash = TestEntries.hash(3).hex();
        assertThat(run("cache", "invalidate", "--hash", hash, "--store", table).out())
                .contains("1 entries forgotten");
        assertThat(run("cache", "verify", "--store", table).out()).contains("19 entries checked");
        Result model = Cli.run("cache", "invalidate", "--model", TestEntries.MODEL, "--store", table);
        assertThat(model.exitCode()).isEqualTo(2);
        assertThat(model.errors()).singleElement().asString().contains("cache gc --keep-model");
    }

    @Test
    void sealedTable_givesNothingWithoutItsKey() throws Exception {
        Path key = Files.writeString(folder.resolve("seal.key"), HexFormat.of().formatHex(new byte[32]) + "\n");
        Path other = Files.writeString(folder.resolve("other.key"), "01".repeat(32) + "\n");
        String sealed = "sqlite:" + folder.resolve("sealed.db");
        run("cache", "import", store, "--adopt", "--store", sealed, "--seal-key", key);
        run("cache", "export", table, "--store", sealed, "--seal-key", key);

        assertThat(run("cache", "verify", "--store", table, "--seal-key", key).out())
                .contains("20 sound");
        JsonNode stranger = json("cache", "import", table, "--store", "memory:", "--seal-key", other, "--json");
        assertThat(stranger.get("skipped").asLong()).isEqualTo(20);
        assertThat(stranger.get("copied").asLong()).isZero();
    }

    @Test
    void wrongUse_isOneClearError() throws Exception {
        assertThat(Cli.run("cache", "import", table, "--store", store).errors())
                .singleElement()
                .asString()
                .contains("there is no table in " + table);
        assertThat(Cli.run("cache", "stats", "--store", table).errors())
                .singleElement()
                .asString()
                .contains("a table is no store to work with: 'embedonce cache import " + table + "'");
        assertThat(Cli.run("cache", "export", "table:?x=1", "--store", store).exitCode())
                .isEqualTo(2);
        assertThat(Cli.run("cache", "gc", "--store", store).errors())
                .singleElement()
                .asString()
                .contains("say what may go");
    }
}
