package dev.embedonce.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.cli.Launcher.Result;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Stores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are broken off, and runs beside each other. */
@Timeout(1200)
class InterruptionIT {
    private static final int PICTURES = 400;

    @TempDir
    private Path folder = Path.of("");

    private Path store() {
        return folder.resolve("cache.db");
    }

    private Process startAndWaitForFirstEntries(Launcher launcher, Path photos, Path out) throws Exception {
        Process process = launcher.start("embed", photos, "--threads", 1, "--batch", 2, "--out", out);
        while (entries() < 20) {
            assertThat(process.isAlive())
                    .as("the run ended before it could be broken off")
                    .isTrue();
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return process;
    }

    private long entries() {
        if (!Files.exists(store())) {
            return 0;
        }
        try (CacheStore opened = Stores.open("sqlite:" + store())) {
            return opened.stats().entries();
        }
    }

    @Test
    void embed_killed_losesAtMostTheBatchInFlightAndGoesOn() throws Exception {
        Path photos = Pictures.folder(folder.resolve("photos"), PICTURES);
        Launcher launcher = new Launcher(store());
        Path out = folder.resolve("v.parquet");
        Process process = startAndWaitForFirstEntries(launcher, photos, out);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        long kept = entries();
        assertThat(out).doesNotExist();

        JsonNode next = launcher.run("embed", photos, "--json", "--out", out).json();
        assertThat(next.get("hits").asLong() * 2).isEqualTo(kept); // an entry and its input's link for each image
        assertThat(next.get("hits").asLong() + next.get("encoded").asLong()).isEqualTo(PICTURES);
        assertThat(next.get("corrupt").asLong()).isZero();
        assertThat(out).exists();
    }

    @Test
    void embed_terminated_finishesTheBatchSaysSoAndGoesOn() throws Exception {
        Path photos = Pictures.folder(folder.resolve("photos"), PICTURES);
        Launcher launcher = new Launcher(store());
        Path out = folder.resolve("v.parquet");
        Process process = startAndWaitForFirstEntries(launcher, photos, out);
        process.toHandle().destroy(); // SIGTERM; Process.destroy would close the streams too
        Result result = Launcher.finish(process);
        assertThat(result.exitCode()).isEqualTo(143);
        assertThat(result.out()).contains("interrupted").contains("v.parquet was not written");
        assertThat(out).doesNotExist();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString()).filter(n -> n.endsWith(".part")))
                    .isEmpty();
        }
        JsonNode next = launcher.run("embed", photos, "--json").json();
        assertThat(next.get("hits").asLong()).isBetween(10L, PICTURES - 1L);
        assertThat(next.get("hits").asLong() + next.get("encoded").asLong()).isEqualTo(PICTURES);
    }

    @Test
    void embed_twoProcessesAtOnce_encodeEachContentOnce() throws Exception {
        Path photos = Pictures.folder(folder.resolve("photos"), 120);
        Launcher launcher = new Launcher(store());
        Process one = launcher.start("embed", photos, "--json", "--quiet", "--threads", 1);
        Process two = launcher.start("embed", photos, "--json", "--quiet", "--threads", 1);
        JsonNode first = Launcher.finish(one).json();
        JsonNode second = Launcher.finish(two).json();
        for (JsonNode json : List.of(first, second)) {
            assertThat(json.get("hits").asInt() + json.get("encoded").asInt()).isEqualTo(120);
            assertThat(json.get("conflicts").asInt()).isZero();
        }
        assertThat(first.get("encoded").asInt() + second.get("encoded").asInt()).isEqualTo(120);
    }
}
