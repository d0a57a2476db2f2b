package dev.embedonce.engine.schedule.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChunkSizeTest {
    private final ChunkSize chunks = new ChunkSize(256);

    @Test
    void next_nobodyWaits_isTheWholeChunk() {
        chunks.step(1_000);
        chunks.chunk(100, 1_000_000);

        assertThat(chunks.next(1000, false)).isEqualTo(256);
        assertThat(chunks.next(100, false)).isEqualTo(100);
    }

    @Test
    void next_othersWait_takesAsLongAsAStep() {
        chunks.step(10_000_000);
        chunks.chunk(100, 20_000_000);

        assertThat(chunks.next(1000, true)).isEqualTo(50);
        assertThat(chunks.next(20, true)).isEqualTo(20);
    }

    @Test
    void next_veryShortSteps_stillGoesOn() {
        chunks.step(1);
        chunks.chunk(100, 20_000_000);

        assertThat(chunks.next(1000, true)).isEqualTo(16);
    }

    @Test
    void next_smallLimit_isKept() {
        ChunkSize small = new ChunkSize(4);
        small.step(1);
        small.chunk(4, 1_000_000);

        assertThat(small.next(1000, true)).isEqualTo(4);
    }
}
