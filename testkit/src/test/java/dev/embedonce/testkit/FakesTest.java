package dev.embedonce.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.embedonce.value.DType;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Tensor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FakesTest {
    @Test
    void manualClock_movesOnlyWhenTold() {
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        ManualClock clock = new ManualClock(start);
        assertThat(clock.instant()).isEqualTo(start);
        clock.advance(Duration.ofHours(2));
        clock.advance(Duration.ofHours(-3));
        assertThat(clock.instant()).isEqualTo(start.minus(Duration.ofHours(1)));
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> clock.withZone(clock.getZone()));
    }

    @Test
    void testEntries_followFromTheSeed() {
        assertThat(TestEntries.batch(-5, 200).keySet()).hasSize(205);
        assertThat(TestEntries.entry(12)).isEqualTo(TestEntries.entry(12));
        assertThat(TestEntries.entry(12)).isNotEqualTo(TestEntries.entry(13));
        assertThat(TestEntries.hash(1, 64).hex()).hasSize(128);
        Set<DType> types = TestEntries.bundle(1, 100).tensors().values().stream()
                .map(Tensor::dtype)
                .collect(Collectors.toSet());
        assertThat(types).isEqualTo(EnumSet.allOf(DType.class));
    }

    @Test
    void countingEncoder_countsAndFails() {
        CountingEncoder encoder = new CountingEncoder("m@1", 4);
        byte[] image = "good".getBytes(StandardCharsets.UTF_8);
        CountingEncoder.Image ready = encoder.prepare(image);
        assertThat(encoder.encode(List.of(ready, ready)).get(1))
                .containsEntry(Entry.EMBEDDING, CountingEncoder.answer(image));
        assertThat(CountingEncoder.answer(image)).isNotEqualTo(CountingEncoder.answer(new byte[3]));
        encoder.failWith(new IllegalStateException("on purpose"));
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> encoder.encode(List.of(ready)));
        encoder.failWith(null);
        encoder.encode(List.of(ready));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> encoder.prepare("bad".getBytes(StandardCharsets.UTF_8)));
        assertThat(encoder.prepared()).isEqualTo(2);
        assertThat(encoder.encoded()).isEqualTo(3);
        assertThat(encoder.calls()).isEqualTo(3);
    }
}
