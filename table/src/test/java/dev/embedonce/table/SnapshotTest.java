package dev.embedonce.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.CacheException;
import dev.embedonce.error.UnsupportedFormatException;
import dev.embedonce.table.Snapshot.Forgotten;
import dev.embedonce.testkit.TestEntries;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotTest {
    private static final Instant WHEN = Instant.parse("2026-03-01T12:00:00.123Z");
    private static final Snapshot SNAPSHOT = new Snapshot(
            7,
            "modèle é漢@1",
            "pixels end",
            List.of(new Part("parts/run 1/part-0.snappy.parquet", 12, 3456, WHEN), new Part("end", 0, 0, WHEN)),
            List.of(new Forgotten(TestEntries.hash(1), 6, WHEN)));

    @Test
    void bytes_comeBackAsTheSnapshot() {
        assertThat(Snapshot.parse("7", 7, SNAPSHOT.toBytes())).isEqualTo(SNAPSHOT);
        Snapshot none = Snapshot.none("m@1", "p@1");
        assertThat(Snapshot.parse("0", 0, none.toBytes())).isEqualTo(none);
    }

    @Test
    void parse_anyByteFlippedOrCut_isRefused() {
        byte[] bytes = SNAPSHOT.toBytes();
        for (int i = 0; i < bytes.length; i++) {
            byte[] flipped = bytes.clone();
            flipped[i] ^= 1;
            byte[] cut = Arrays.copyOf(bytes, i);
            assertThatThrownBy(() -> Snapshot.parse("7", 7, flipped)).isInstanceOf(CacheException.class);
            assertThatThrownBy(() -> Snapshot.parse("7", 7, cut)).isInstanceOf(CacheException.class);
        }
    }

    @Test
    void parse_otherFormat_saysWhichThisBuildReads() {
        String newer = new String(SNAPSHOT.toBytes(), StandardCharsets.UTF_8)
                .replaceFirst("embedonce-table\t1", "embedonce-table\t2");
        assertThatThrownBy(() -> Snapshot.parse("_snapshots/7", 7, newer.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(UnsupportedFormatException.class)
                .hasMessage("_snapshots/7 is of table format 2; this build reads format 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../x", "a/../x", "/x", "a//x", "a/./x", "a\tx", "_snapshots/1"})
    void part_outsideItsFolder_isRefused(String path) {
        assertThatThrownBy(() -> new Part(path, 1, 1, WHEN)).isInstanceOf(IllegalArgumentException.class);
    }
}
