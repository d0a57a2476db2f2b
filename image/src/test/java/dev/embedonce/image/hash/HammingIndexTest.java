package dev.embedonce.image.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HammingIndexTest {
    private static final long SEED = 7;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
    void forEachPair_randomFamilies_findsWhatAScanFinds(int distance) {
        long[] hashes = families(900);
        Set<String> expected = new TreeSet<>();
        for (int i = 0; i < hashes.length; i++) {
            for (int j = i + 1; j < hashes.length; j++) {
                int d = Long.bitCount(hashes[i] ^ hashes[j]);
                if (d <= distance) {
                    expected.add(i + "-" + j + ":" + d);
                }
            }
        }
        Set<String> found = new TreeSet<>();
        HammingIndex.of(hashes, distance)
                .forEachPair((first, second, d) -> assertThat(found.add(first + "-" + second + ":" + d))
                        .as("%s-%s reported once", first, second)
                        .isTrue());
        assertThat(found).isEqualTo(expected).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 6})
    void search_hashNotInTheIndex_findsItsNeighbours(int distance) {
        long[] hashes = families(500);
        HammingIndex index = HammingIndex.of(hashes, distance);
        Random random = new Random(SEED);
        for (int i = 0; i < 50; i++) {
            long query = hashes[random.nextInt(hashes.length)] ^ (1L << random.nextInt(64));
            Set<Integer> found = new HashSet<>();
            index.search(query, position -> assertThat(found.add(position)).isTrue());
            Set<Integer> expected = new HashSet<>();
            for (int j = 0; j < hashes.length; j++) {
                if (Long.bitCount(hashes[j] ^ query) <= distance) {
                    expected.add(j);
                }
            }
            assertThat(found).isEqualTo(expected);
        }
    }

    @Test
    void of_emptyOrTooFar() {
        HammingIndex.of(new long[0], 4).forEachPair((a, b, d) -> {
            throw new AssertionError("no pairs");
        });
        assertThatThrownBy(() -> HammingIndex.of(new long[1], 9)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> HammingIndex.of(new long[1], -1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Random hashes, each with a few relatives that differ in some bits, one of them in none. */
    private static long[] families(int n) {
        Random random = new Random(SEED);
        long[] hashes = new long[n];
        for (int i = 0; i < n; i++) {
            hashes[i] = random.nextLong();
            for (int j = 1; j < 6 && i + 1 < n; j++) {
                long relative = hashes[i];
                for (int k = 1; k < j * 2; k++) {
                    relative ^= 1L << random.nextInt(64);
                }
                hashes[++i] = j == 1 ? hashes[i - 1] : relative;
            }
        }
        return hashes;
    }
}
