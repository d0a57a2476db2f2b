package dev.embedonce.cli.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TopHitsTest {
    private static final long SEED = 77;

    private static Hit hit(long row, double cosine) {
        return new Hit(row, cosine, "p" + row, null, null, null);
    }

    @Test
    void heap_keepsWhatASortWouldKeep() {
        Random random = new Random(SEED);
        List<Hit> all = new ArrayList<>();
        TopHits top = new TopHits(25);
        for (int row = 0; row < 5_000; row++) {
            Hit hit = hit(row, random.nextInt(400) / 400.0); // many are equal
            all.add(hit);
            top.add(hit);
        }

        all.sort(Comparator.comparingDouble((Hit h) -> -h.cosine()).thenComparingLong(Hit::row));
        assertThat(top.best()).as("seed %d", SEED).isEqualTo(all.subList(0, 25));
        assertThat(top.seen()).isEqualTo(5_000);
    }

    @Test
    void vectorsWithoutDirection_areCountedAndNeverBest() {
        TopHits top = new TopHits(3);
        top.add(hit(0, Double.NaN));
        top.add(hit(1, -1));

        assertThat(top.best()).containsExactly(hit(1, -1));
        assertThat(top.withoutDirection()).isEqualTo(1);
        assertThat(top.seen()).isEqualTo(2);
    }
}
