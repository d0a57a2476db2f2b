package dev.embedonce.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Source;
import dev.embedonce.store.memory.MemoryStore;
import dev.embedonce.value.Tensor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * How soon what was encoded is in the store, on encoders of different speed. Time is what the encoder says it takes.
 */
class EarlyPublishingTest {
    private static final int BATCH = 16;
    private static final int TOGETHER = 2;

    private final MemoryStore store = new MemoryStore();
    private final HandClock clock = new HandClock();

    /** Moves when it is told to. */
    private static final class HandClock extends Clock {
        private Instant now = Instant.EPOCH;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    /** Takes its time for each image, and notes before each run how many it has encoded that are not yet kept. */
    private final class PacedEncoder extends FakeEncoder {
        private final Duration each;
        private final List<Long> unsaved = new ArrayList<>();
        private int diesAfter = Integer.MAX_VALUE;

        PacedEncoder(Duration each) {
            this.each = each;
            this.batchSize = BATCH;
        }

        @Override
        public int imagesPerRun() {
            return TOGETHER;
        }

        @Override
        public List<Map<String, Tensor>> encode(List<Pixels> batch) {
            if (encodedImages.get() >= diesAfter) {
                throw new OutOfMemoryError("the process dies here");
            }
            unsaved.add(encodedImages.get() - kept());
            clock.now = clock.now.plus(each.multipliedBy(batch.size()));
            return super.encode(batch);
        }
    }

    /** An entry and its input's link for each image. */
    private long kept() {
        return store.stats().entries() / 2;
    }

    private static List<byte[]> images(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> FakeEncoder.image("picture " + i))
                .toList();
    }

    private FeatureCache cache() {
        return FeatureCache.over(store).heapBytes(0).clock(clock).build();
    }

    @Test
    void getOrComputeAll_encoderThatTakesSecondsAnImage_keepsEachRunBeforeTheNext() {
        PacedEncoder encoder = new PacedEncoder(Duration.ofSeconds(20));
        cache().getOrComputeAll(images(BATCH), encoder);
        assertThat(encoder.batches).hasSize(BATCH / TOGETHER).containsOnly(TOGETHER);
        assertThat(encoder.unsaved).containsOnly(0L);
        assertThat(kept()).isEqualTo(BATCH);
    }

    @Test
    void getOrComputeAll_encoderOfTenImagesASecond_risksASecondAtMost() {
        PacedEncoder encoder = new PacedEncoder(Duration.ofMillis(100));
        cache().getOrComputeAll(images(BATCH), encoder);
        assertThat(encoder.unsaved).allMatch(images -> images <= 10);
        assertThat(encoder.batches).containsExactly(2, 8, 6);
        assertThat(kept()).isEqualTo(BATCH);
    }

    @Test
    void getOrComputeAll_fastEncoder_keepsAWholeBatchAtOnce() {
        PacedEncoder encoder = new PacedEncoder(Duration.ofMillis(10));
        cache().getOrComputeAll(images(BATCH), encoder);
        assertThat(encoder.unsaved).containsExactly(0L, 2L);
        assertThat(encoder.batches).containsExactly(2, 14);
        assertThat(kept()).isEqualTo(BATCH);
    }

    @Test
    void getOrComputeAll_dyingInABatch_losesTheRunInFlightAlone() {
        PacedEncoder encoder = new PacedEncoder(Duration.ofSeconds(2));
        encoder.diesAfter = 6;
        assertThatThrownBy(() -> cache().getOrComputeAll(images(BATCH), encoder))
                .hasStackTraceContaining("the process dies here");
        assertThat(kept()).isEqualTo(6);
    }

    @Test
    void getOrComputeAll_clockSetBack_keepsEverythingAtTheEndOfTheBatch() {
        PacedEncoder encoder = new PacedEncoder(Duration.ofSeconds(-5));
        cache().getOrComputeAll(images(BATCH), encoder);
        assertThat(kept()).isEqualTo(BATCH);
    }

    @Test
    void getOrComputeAll_samePixelsInTwoRuns_areEncodedOnce() {
        PacedEncoder encoder = new PacedEncoder(Duration.ofSeconds(2));
        List<Outcome> outcomes =
                cache().getOrComputeAll(FakeEncoder.images("a|1", "b", "c", "d", "a|2", "poison", "e"), encoder);
        assertThat(encoder.encodedImages).hasValueGreaterThanOrEqualTo(5);
        assertThat(((Outcome.Served) outcomes.get(4)).source()).isEqualTo(Source.PIXELS);
        assertThat(outcomes.get(5)).isInstanceOf(Outcome.Failed.class);
        assertThat(outcomes.get(6)).isInstanceOf(Outcome.Served.class);
    }
}
