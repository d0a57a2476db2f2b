package dev.embedonce.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.bench.fixture.Scale;
import dev.embedonce.bench.suite.Benchmark;
import dev.embedonce.bench.suite.Suite;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All benchmarks with a handful of pictures: that they run and report, not what they find. */
class BenchTest {
    private static final String PYTHON = System.getenv().getOrDefault("EMBEDONCE_BENCH_PYTHON", "python3");

    @TempDir
    Path folder;

    @Test
    void run_tiny_reportsAllContenders() throws Exception {
        new Bench(options(), new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)).run();

        assertThat(contenders("warm"))
                .contains("hash-only", "sqlite, default settings", "sqlite, heap tier off", "duckdb, heap tier off");
        assertThat(contenders("rows")).contains("hash-only", "sqlite, heap tier off", "duckdb, heap tier off");
        assertThat(contenders("hit")).containsExactly("hash-only", "one hit, sqlite", "one hit, heap tier");
        assertThat(contenders("fill")).contains("sqlite", "duckdb");
        assertThat(contenders("open")).containsExactly("sqlite", "duckdb");
        assertThat(contenders("bundle")).contains("hash-only", "hit, heap tier");
        assertThat(contenders("contention")).contains("heap tier (32 threads)", "sqlite (32 threads)");
        assertThat(contenders("cold")).contains("fixed cost, empty cache", "default encoder, empty cache");
        assertThat(contenders("growth")).contains("sqlite at 20", "sqlite at 60", "duckdb at 60, memory of its own");
        assertThat(contenders("photos")).contains("embed, empty cache", "both added up");
        assertThat(contenders("preprocess")).contains("300 x 200", "1600 x 1200");
        assertThat(contenders("encoder")).contains("encode (1 thread)");
        assertThat(contenders("folder")).contains("read and hash alone", "embed to Parquet, warm Java machine");
        assertThat(contenders("files")).contains("embed at 20", "embed at 40, memory of its own");
        assertThat(json("start").at("/result/notes").toString()).contains("./bench/run");
        for (Benchmark benchmark : Suite.all()) {
            JsonNode machine = json(benchmark.name()).get("machine");
            assertThat(machine.get("seed").asLong()).isEqualTo(9);
            assertThat(machine.get("cores").asInt()).isPositive();
        }
        assertThat(folder.resolve("work")).isEmptyDirectory();
    }

    private BenchOptions options() {
        return new BenchOptions(
                Scale.TINY,
                List.of(),
                false,
                false,
                9,
                folder.resolve("results"),
                folder.resolve("docs"),
                folder.resolve("work"),
                PYTHON,
                "unknown");
    }

    private JsonNode json(String benchmark) throws Exception {
        return new ObjectMapper()
                .readTree(Files.readString(folder.resolve("results").resolve(benchmark + ".json")));
    }

    private List<String> contenders(String benchmark) throws Exception {
        return json(benchmark).at("/result/rows").findValuesAsText("contender");
    }
}
