package dev.embedonce.cli.pictures;

import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.image.hash.HammingIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds pairs: the same bytes, the same pixels, and perceptual hashes that are close. Of identical pictures only the
 * first takes part in the search by hash, and pictures whose hash is noise do not: the hash of a flat picture says
 * nothing about it.
 */
final class CandidateSearch {
    private final int maxDistance;
    private final int maxPairs;

    /**
     * What was found.
     *
     * @param exact pairs of the same bytes or pixels: the first of each group with every other, in order
     * @param near pairs whose hashes are close, in order
     */
    record Found(List<Pair> exact, List<Pair> near) {}

    CandidateSearch(int maxDistance, int maxPairs) {
        if (maxDistance < 0 || maxDistance > HammingIndex.MAX_DISTANCE) {
            throw new CliException("--hamming is 0 to " + HammingIndex.MAX_DISTANCE + "; found " + maxDistance);
        }
        if (maxPairs < 1) {
            throw new CliException("--max-pairs must be at least 1");
        }
        this.maxDistance = maxDistance;
        this.maxPairs = maxPairs;
    }

    Found run(List<HashedPicture> pictures) {
        List<Pair> exact = new ArrayList<>();
        Map<ContentHash, Integer> byBytes = new HashMap<>();
        Map<ContentHash, Integer> byPixels = new HashMap<>();
        int[] searched = new int[pictures.size()];
        int count = 0;
        for (int i = 0; i < pictures.size(); i++) {
            HashedPicture picture = pictures.get(i);
            Integer sameBytes = byBytes.putIfAbsent(picture.contentHash(), i);
            if (sameBytes != null) {
                exact.add(Pair.sameBytes(sameBytes, i));
                continue;
            }
            Integer samePixels = byPixels.putIfAbsent(picture.pixelHash(), i);
            if (samePixels != null) {
                exact.add(Pair.samePixels(samePixels, i));
            } else if (!picture.hashes().degenerate()) {
                searched[count++] = i;
            }
        }
        List<Pair> near = near(pictures, Arrays.copyOf(searched, count));
        exact.sort(Comparator.comparingInt(Pair::first).thenComparingInt(Pair::second));
        near.sort(Comparator.comparingInt(Pair::first).thenComparingInt(Pair::second));
        return new Found(exact, near);
    }

    private List<Pair> near(List<HashedPicture> pictures, int[] positions) {
        long[] bits = new long[positions.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = pictures.get(positions[i]).hashes().phash().bits();
        }
        List<Pair> pairs = new ArrayList<>();
        HammingIndex.of(bits, maxDistance).forEachPair((first, second, distance) -> {
            if (pairs.size() == maxPairs) {
                throw new CliException(String.format(
                        "more than %,d pairs of pictures are within a Hamming distance of %d;"
                                + " lower --hamming, or raise --max-pairs",
                        maxPairs, maxDistance));
            }
            pairs.add(Pair.candidate(positions[first], positions[second], distance));
        });
        return pairs;
    }
}
