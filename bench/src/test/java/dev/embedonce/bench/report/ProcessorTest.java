package dev.embedonce.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessorTest {
    @Test
    void describe_namesTheTellingInstructions() {
        assertThat(Processor.describe(
                        "EPYC",
                        List.of("processor\t: 0", "flags\t\t: fpu avx2 fma sha_ni avx512_vnni", "flags\t\t: fpu")))
                .isEqualTo("EPYC (sha_ni fma avx2 avx512_vnni)");
        assertThat(Processor.describe("Neoverse", List.of("Features\t: fp asimd sha2 asimddp")))
                .isEqualTo("Neoverse (sha2 asimddp)");
    }

    @Test
    void describe_saysThatThereAreNone_orThatNothingIsKnown() {
        assertThat(Processor.describe("Xeon", List.of("flags\t\t: fpu sse2")))
                .isEqualTo("Xeon (no telling instructions)");
        assertThat(Processor.describe("M2", List.of())).isEqualTo("M2");
    }
}
