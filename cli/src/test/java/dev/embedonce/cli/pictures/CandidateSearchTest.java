package dev.embedonce.cli.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.embed.ImageItem;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.hash.PerceptualHash;
import dev.embedonce.image.hash.ImageHashes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CandidateSearchTest {
    private static final long SEED = 20261;

    private record Named(String path) implements ImageItem {
        @Override
        public byte[] read(long maxBytes) {
            throw new UnsupportedOperationException(path);
        }
    }

    private static ContentHash hash(String text) {
        return ContentHasher.sha256().hash(text.getBytes(StandardCharsets.UTF_8));
    }

    private static HashedPicture picture(String content, String pixels, long phash, boolean degenerate) {
        return new HashedPicture(
                new Named(content),
                hash(content),
                hash(pixels),
                new ImageHashes(new PerceptualHash(phash), new PerceptualHash(0), degenerate),
                10,
                10,
                100);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 8})
    void nearPairs_areThoseOfAComparisonOfAll(int distance) {
        Random random = new Random(SEED);
        List<HashedPicture> pictures = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            boolean related = i > 0 && random.nextInt(3) == 0;
            long bits =
                    related ? pictures.get(random.nextInt(i)).hashes().phash().bits() : random.nextLong();
            for (int flips = related ? random.nextInt(10) : 0; flips > 0; flips--) {
                bits ^= 1L << random.nextInt(64);
            }
            pictures.add(picture("picture " + i, "pixels " + i, bits, random.nextInt(20) == 0));
        }

        List<String> found = new CandidateSearch(distance, 1_000_000)
                .run(pictures).near().stream()
                        .map(pair -> pair.first() + " " + pair.second() + " " + pair.hamming())
                        .toList();

        List<String> expected = new ArrayList<>();
        for (int a = 0; a < pictures.size(); a++) {
            for (int b = a + 1; b < pictures.size(); b++) {
                ImageHashes left = pictures.get(a).hashes();
                ImageHashes right = pictures.get(b).hashes();
                int bits = left.phash().hammingDistance(right.phash());
                if (bits <= distance && !left.degenerate() && !right.degenerate()) {
                    expected.add(a + " " + b + " " + bits);
                }
            }
        }
        assertThat(found).as("seed %d", SEED).isEqualTo(expected).isNotEmpty();
    }

    @Test
    void exactDuplicates_areNamed_andOnlyTheFirstIsSearched() {
        List<HashedPicture> pictures = List.of(
                picture("a", "p", 5, false),
                picture("b", "p", 5, false),
                picture("a", "p", 5, false),
                picture("c", "q", 4, false),
                picture("flat", "r", 5, true),
                picture("flat", "r", 5, true));

        CandidateSearch.Found found = new CandidateSearch(4, 10).run(pictures);

        assertThat(found.exact()).containsExactly(Pair.samePixels(0, 1), Pair.sameBytes(0, 2), Pair.sameBytes(4, 5));
        assertThat(found.near()).hasSize(1);
        assertThat(found.near().get(0).first()).isZero();
        assertThat(found.near().get(0).second()).isEqualTo(3);
    }

    @Test
    void tooManyPairs_areRefused() {
        List<HashedPicture> pictures = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            pictures.add(picture("a" + i, "p" + i, 5, false));
        }

        assertThat(new CandidateSearch(0, 15).run(pictures).near()).hasSize(15);
        assertThatThrownBy(() -> new CandidateSearch(0, 14).run(pictures))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("more than 14 pairs")
                .hasMessageContaining("--max-pairs");
    }

    @Test
    void clusters_followChains_andLinkToTheRepresentativeFirst() {
        List<HashedPicture> pictures = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            HashedPicture small = picture("a" + i, "p" + i, i, false);
            pictures.add(new HashedPicture(
                    small.item(),
                    small.contentHash(),
                    small.pixelHash(),
                    small.hashes(),
                    i == 4 ? 20 : 10,
                    10,
                    100 + i));
        }
        List<Pair> duplicates = List.of(
                Pair.candidate(4, 6, 1).compared(0.99, 0.98),
                Pair.candidate(0, 6, 3).compared(0.985, 0.98),
                Pair.candidate(0, 4, 4).compared(0.981, 0.98),
                Pair.sameBytes(2, 3));

        List<Clusters.Cluster> clusters = Clusters.of(pictures, duplicates);

        assertThat(clusters).hasSize(2);
        assertThat(clusters.get(0).representative()).isEqualTo(4);
        assertThat(clusters.get(0).members()).containsExactly(4, 0, 6);
        assertThat(clusters.get(0).link(0).hamming()).isEqualTo(4);
        assertThat(clusters.get(0).link(6).hamming()).isEqualTo(1);
        assertThat(clusters.get(1).members()).containsExactly(3, 2);
    }
}
