package dev.embedonce.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FramedDigestTest {
    private static FramedDigest digest() {
        return FramedDigest.tagged("test.v1");
    }

    @Test
    void hexDigest_partsCutElsewhere_differ() {
        assertThat(digest().put("ab", "c").hexDigest())
                .isNotEqualTo(digest().put("a", "bc").hexDigest());
        assertThat(digest().put("x", "ab").put("y", "c").hexDigest())
                .isNotEqualTo(digest().put("x", "a").put("y", "bc").hexDigest());
    }

    @Test
    void hexDigest_sameTextOfOtherType_differs() {
        assertThat(List.of(
                        digest().put("x", "1").hexDigest(),
                        digest().put("x", 1L).hexDigest(),
                        digest().put("x", 1.0).hexDigest(),
                        digest().put("x", new byte[] {'1'}).hexDigest(),
                        digest().put("x", new float[] {1}).hexDigest(),
                        digest().put("x", new long[] {1}).hexDigest(),
                        digest().put("x", (String) null).hexDigest(),
                        digest().put("x", "").hexDigest(),
                        digest().hexDigest(),
                        FramedDigest.tagged("test.v2").put("x", "1").hexDigest()))
                .doesNotHaveDuplicates();
    }

    /** The expected digest was made outside Java, from the encoding that the javadoc describes. */
    @Test
    void hexDigest_sameParts_isStable() {
        assertThat(digest().put("size", 224).put("mean", new float[] {0.5f}).hexDigest())
                .isEqualTo("74697abbe2d914c56c45786bb2ce3e766d63c5698270f4cb6547acd0a4dd52b3");
    }

    /** Random lists of text parts over a tiny alphabet: whenever two lists differ, so do their digests. */
    @Test
    void hexDigest_randomParts_neverCollide() {
        Random random = new Random(1);
        Map<String, List<String>> seen = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            List<String> parts =
                    random.ints(random.nextInt(4), 0, 3).mapToObj("a"::repeat).toList();
            FramedDigest digest = digest();
            parts.forEach(part -> digest.put(part, part));
            List<String> other = seen.putIfAbsent(digest.hexDigest(), parts);
            assertThat(other == null || other.equals(parts)).isTrue();
        }
    }
}
