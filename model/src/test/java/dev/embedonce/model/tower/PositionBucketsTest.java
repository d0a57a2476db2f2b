package dev.embedonce.model.tower;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.value.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PositionBucketsTest {
    /** From the reference, which rounds: the position before for the 14th, 28th and 35th patch of 49, for example. */
    @ParameterizedTest(name = "{0} patches")
    @CsvSource(
            delimiter = '|',
            value = {
                "27 | 0 2 5 7 10 12 15 18 20 23 25 28 31 33 36 38 41 44 46 49 51 54 57 59 62 64 67",
                "49 | 0 1 2 4 5 7 8 9 11 12 14 15 17 18 19 21 22 24 25 27 28 30 31 32 34 35 37 38 39 41 42 44 45 47 48"
                        + " 49 51 52 54 55 57 58 60 61 62 64 65 67 68",
                "50 | 0 1 2 4 5 6 8 9 11 12 13 15 16 18 19 20 22 23 25 26 27 29 30 32 33 35 36 37 39 40 41 43 44 46 47"
                        + " 49 50 51 53 54 55 57 58 60 61 63 64 65 67 68",
                "55 | 0 1 2 3 5 6 7 8 10 11 12 13 15 16 17 19 20 21 22 24 25 26 27 29 30 31 33 34 35 36 38 39 40 41 43"
                        + " 44 45 47 48 49 50 52 53 54 55 57 58 59 61 62 63 64 66 67 68"
            })
    void buckets_areTheReferences(int count, String expected) {
        int[] places =
                Arrays.stream(expected.split(" ")).mapToInt(Integer::parseInt).toArray();

        assertThat(new PositionBuckets(70).buckets(count)).isEqualTo(places);
    }

    @Test
    void buckets_asManyAsPositions_areEachItsOwn() {
        assertThat(new PositionBuckets(70).buckets(70))
                .isEqualTo(IntStream.range(0, 70).toArray());
    }

    @Test
    void put_goesRowByRow() {
        Map<String, Tensor> feeds = new HashMap<>();

        new PositionBuckets(4).put(2, 3, feeds);

        assertThat(feeds)
                .containsOnly(Map.entry(PositionBuckets.IDS, Tensor.ofLongs(new long[] {0, 1, 2, 8, 9, 10}, 6)));
    }
}
