package dev.embedonce.lab.experiment;

import dev.embedonce.care.DriftAudit;
import dev.embedonce.image.hash.HammingIndex;
import dev.embedonce.image.hash.ImageHashes;
import dev.embedonce.lab.base.StepProgress;
import dev.embedonce.lab.corpus.Corpus;
import dev.embedonce.lab.corpus.Picture;
import dev.embedonce.value.Embedding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the perceptual hash calls a duplicate, and whether it is one. Every pair of pictures whose pHashes differ in at
 * most 0, 2, 4 or 8 bits is counted, without a limit; a pair is <i>cross-object</i> if it shows two different objects.
 * For every such pair the vectors are compared: the claim "duplicate" is right if the encoder sees no difference either
 * (cosine {@value Truth#SAME_DIRECTION} or more).
 */
public final class PhashAudit {
    private static final List<Integer> DISTANCES = List.of(0, 2, 4, 8);
    private static final int SHOWN_DISTANCE = 4;
    private static final int SHOWN = 6;

    /**
     * Pairs within one distance.
     *
     * @param distance in bits, at most
     * @param pairs of any two pictures
     * @param crossObject among them, of different objects
     * @param crossCategory among those, of different classes
     * @param degenerate cross-object pairs with a picture so flat that rounding decides most bits of its hash
     * @param agreeing pairs of any two pictures whose vectors agree
     * @param crossObjectAgreeing cross-object pairs whose vectors agree
     * @param medianCosine of cross-object pairs' vectors; 0 if there are none
     * @param lowestCosine of cross-object pairs' vectors; 0 if there are none
     */
    public record Within(
            int distance,
            long pairs,
            long crossObject,
            long crossCategory,
            long degenerate,
            long agreeing,
            long crossObjectAgreeing,
            double medianCosine,
            double lowestCosine) {

        /** The share of duplicate claims that are right; 1 if there are none. */
        public double precision() {
            return pairs == 0 ? 1 : (double) agreeing / pairs;
        }
    }

    /**
     * Two pictures that pHash takes for one.
     *
     * @param first position in the corpus
     * @param second position in the corpus
     * @param crossObject whether they show different objects
     */
    public record Collision(
            int first,
            int second,
            boolean crossObject,
            String firstName,
            String secondName,
            String firstCategory,
            String secondCategory,
            int distance,
            double cosine) {}

    /**
     * The findings.
     *
     * @param allPairs of pictures
     * @param crossObjectPairs of pictures of different objects
     * @param within by distance, smallest first
     * @param exactKeyVictims pictures that a cache with the pHash as its key would answer with another object's vector,
     *     if it were asked for the corpus once, in order
     * @param shown six telling collisions within 4 bits, of different classes if there are such
     */
    public record Result(
            int pictures,
            long allPairs,
            long crossObjectPairs,
            List<Within> within,
            int exactKeyVictims,
            List<Collision> shown) {
        public Result {
            within = List.copyOf(within);
            shown = List.copyOf(shown);
        }

        /** Cross-object pairs within a distance, per cross-object pair. */
        public double rate(Within of) {
            return (double) of.crossObject() / crossObjectPairs;
        }

        /**
         * How many such pairs to expect among {@code images} images of this kind, all of different objects: pairs grow
         * with the square.
         */
        public double expected(Within of, long images) {
            return rate(of) * images * (images - 1) / 2;
        }
    }

    private final Corpus corpus;
    private final LabEncoder encoder;

    public PhashAudit(Corpus corpus, LabEncoder encoder) {
        this.corpus = corpus;
        this.encoder = encoder;
    }

    /** Hashes and encodes the whole corpus and compares all pairs. */
    public Result run(StepProgress progress) {
        List<Picture> pictures = corpus.pictures();
        List<ImageHashes> hashes = new ArrayList<>();
        for (Picture picture : pictures) {
            hashes.add(Picture.perceptualHashes(picture.encoded()));
        }
        progress.at(0.1);
        List<Embedding> vectors = vectors(pictures, progress);
        List<Collision> collisions = collisions(pictures, hashes, vectors);
        List<Within> within = DISTANCES.stream()
                .map(distance -> within(distance, collisions, hashes))
                .toList();
        long all = pairs(pictures.size());
        return new Result(
                pictures.size(),
                all,
                all - sameObjectPairs(pictures),
                within,
                victims(pictures, hashes),
                shown(collisions));
    }

    private List<Embedding> vectors(List<Picture> pictures, StepProgress progress) {
        List<Embedding> vectors = new ArrayList<>();
        int step = Math.max(encoder.batchSize(), 64);
        for (int from = 0; from < pictures.size(); from += step) {
            List<Picture> part = pictures.subList(from, Math.min(pictures.size(), from + step));
            vectors.addAll(
                    encoder.encode(part.stream().map(Picture::encoded).toList()).vectors());
            progress.at(0.1 + 0.9 * vectors.size() / pictures.size());
        }
        return vectors;
    }

    private static long pairs(long count) {
        return count * (count - 1) / 2;
    }

    private static long sameObjectPairs(List<Picture> pictures) {
        Map<String, Long> views = new HashMap<>();
        pictures.forEach(picture -> views.merge(picture.object(), 1L, Long::sum));
        return views.values().stream().mapToLong(PhashAudit::pairs).sum();
    }

    private static List<Collision> collisions(
            List<Picture> pictures, List<ImageHashes> hashes, List<Embedding> vectors) {
        long[] bits = hashes.stream().mapToLong(hash -> hash.phash().bits()).toArray();
        int farthest = DISTANCES.get(DISTANCES.size() - 1);
        List<Collision> found = new ArrayList<>();
        HammingIndex.of(bits, farthest)
                .forEachPair((first, second, distance) -> found.add(new Collision(
                        first,
                        second,
                        !pictures.get(first)
                                .object()
                                .equals(pictures.get(second).object()),
                        pictures.get(first).name(),
                        pictures.get(second).name(),
                        pictures.get(first).category(),
                        pictures.get(second).category(),
                        distance,
                        1 - DriftAudit.cosineDistance(vectors.get(first), vectors.get(second)))));
        return found.stream()
                .sorted(Comparator.comparingInt(Collision::first).thenComparingInt(Collision::second))
                .toList();
    }

    private static Within within(int distance, List<Collision> collisions, List<ImageHashes> hashes) {
        List<Collision> claimed = collisions.stream()
                .filter(collision -> collision.distance() <= distance)
                .toList();
        List<Collision> cross = claimed.stream().filter(Collision::crossObject).toList();
        List<Double> cosines = cross.stream().map(Collision::cosine).toList();
        return new Within(
                distance,
                claimed.size(),
                cross.size(),
                cross.stream()
                        .filter(c -> !c.firstCategory().equals(c.secondCategory()))
                        .count(),
                cross.stream()
                        .filter(c -> hashes.get(c.first()).degenerate()
                                || hashes.get(c.second()).degenerate())
                        .count(),
                agreeing(claimed),
                agreeing(cross),
                Median.of(cosines),
                cosines.stream().mapToDouble(Double::doubleValue).min().orElse(0));
    }

    private static long agreeing(List<Collision> collisions) {
        return collisions.stream()
                .filter(collision -> collision.cosine() >= Truth.SAME_DIRECTION)
                .count();
    }

    private static int victims(List<Picture> pictures, List<ImageHashes> hashes) {
        Map<Long, String> first = new HashMap<>();
        int victims = 0;
        for (int i = 0; i < pictures.size(); i++) {
            String object = pictures.get(i).object();
            String kept = first.putIfAbsent(hashes.get(i).phash().bits(), object);
            victims += kept != null && !kept.equals(object) ? 1 : 0;
        }
        return victims;
    }

    /** Of each pair of classes the collision whose vectors are farthest apart; of these the six farthest. */
    private static List<Collision> shown(List<Collision> collisions) {
        Set<Set<String>> classes = new HashSet<>();
        Comparator<Collision> telling = Comparator.comparing(
                        (Collision c) -> c.firstCategory().equals(c.secondCategory()))
                .thenComparing(Collision::cosine)
                .thenComparing(Collision::first)
                .thenComparing(Collision::second);
        return collisions.stream()
                .filter(c -> c.crossObject() && c.distance() <= SHOWN_DISTANCE)
                .sorted(telling)
                .filter(c -> classes.add(Set.copyOf(List.of(c.firstCategory(), c.secondCategory()))))
                .limit(SHOWN)
                .toList();
    }
}
