package dev.embedonce.testkit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FuzzerIT {
    @TempDir
    Path folder;

    /** Breaks on an input that nobody would guess without seeing which branches it takes. */
    public static final class Breaks {
        private Breaks() {}

        public static void fuzzerTestOneInput(byte[] data) {
            if (data.length > 2 && data[0] == 'h' && data[1] == 'o' && data[2] == 'p') {
                throw new IllegalStateException("found it");
            }
        }
    }

    /** Holds whatever comes. */
    public static final class Holds {
        private Holds() {}

        public static void fuzzerTestOneInput(byte[] data) {
            if (new String(data, StandardCharsets.ISO_8859_1).length() != data.length) {
                throw new IllegalStateException();
            }
        }
    }

    /** Never comes back from an input that begins with a Z. */
    public static final class Hangs {
        private Hangs() {}

        @SuppressWarnings("ThreadPriorityCheck") // it hangs on purpose, politely
        public static void fuzzerTestOneInput(byte[] data) {
            while (data.length > 0 && data[0] == 'Z') {
                Thread.yield();
            }
        }
    }

    @Test
    void run_targetThatThrows_isFoundByCoverage() {
        assertThatThrownBy(() -> Fuzzer.of(Breaks.class).runs(1_000_000).run(folder))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("IllegalStateException: found it")
                .hasMessageContaining("Base64: aG9w");
        assertThat(folder.toFile().list()).anyMatch(name -> name.startsWith("crash-"));
    }

    @Test
    void run_targetThatHangs_isFound() {
        assertThatThrownBy(() -> Fuzzer.of(Hangs.class)
                        .seed(new byte[] {'Z'})
                        .inputLimit(1)
                        .run(folder))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("timeout");
    }

    @Test
    void run_targetThatHolds_reportsWhatItDid() throws Exception {
        Fuzzer.Report report =
                Fuzzer.of(Holds.class).seed(new byte[] {1, 2, 3}).runs(100).run(folder);
        assertThat(report.executions()).isEqualTo(100);
    }
}
