package dev.embedonce.cli.pictures;

import dev.embedonce.cli.pictures.Pair.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a search for near-duplicates found.
 *
 * @param pictures everything that was hashed, in input order
 * @param failures what could not be hashed
 * @param exact pairs of the same bytes or pixels
 * @param near candidates by hash, with their verdicts
 * @param hamming the most bits that hashes of candidates differ in
 * @param verification how candidates were verified; null if they were not
 */
record NearDuplicates(
        List<HashedPicture> pictures,
        List<PictureReader.Result.Failed> failures,
        List<Pair> exact,
        List<Pair> near,
        int hamming,
        @Nullable Verification verification,
        List<Clusters.Cluster> clusters,
        double seconds) {

    /**
     * How vectors were compared.
     *
     * @param rule such as {@code cosine>=0.98}
     * @param reused vectors that were in the cache
     * @param encoded vectors that were not
     */
    record Verification(
            String rule, String modelVersion, String preprocVersion, String store, long reused, long encoded) {}

    /** The pairs that clusters are made of: proven ones, or with {@code --verify none} all. */
    static List<Pair> duplicates(List<Pair> exact, List<Pair> near, boolean verified) {
        return Stream.concat(exact.stream(), near.stream().filter(pair -> pair.verified() || !verified))
                .toList();
    }

    long count(Verdict verdict) {
        return Stream.concat(exact.stream(), near.stream())
                .filter(pair -> pair.verdict() == verdict)
                .count();
    }

    List<HashedPicture> degenerate() {
        return pictures.stream()
                .filter(picture -> picture.hashes().degenerate())
                .toList();
    }

    long clusteredPictures() {
        return clusters.stream().mapToLong(cluster -> cluster.members().size()).sum();
    }

    String path(int picture) {
        return pictures.get(picture).path();
    }

    List<Pair> rejected() {
        return near.stream().filter(pair -> pair.verdict() == Verdict.REJECTED).toList();
    }

    /** Candidates without an answer although one was wanted. */
    List<Pair> notCompared() {
        return verification == null
                ? List.of()
                : near.stream()
                        .filter(pair -> pair.verdict() == Verdict.UNVERIFIED)
                        .toList();
    }

    /** A summary of the run, for every kind of output. */
    List<String> summary() {
        List<String> lines = new ArrayList<>();
        lines.add(format(
                "%,d images: %,d hashed (%,d of them degenerate), %,d unreadable; %.1f s",
                pictures.size() + failures.size(), pictures.size(), degenerate().size(), failures.size(), seconds));
        lines.add(format(
                "exact: %,d with the same bytes as an earlier picture, %,d with the same pixels in other bytes",
                count(Verdict.BYTES), count(Verdict.PIXELS)));
        String candidates = format("%,d candidate pairs by perceptual hash (Hamming <= %d)", near.size(), hamming);
        Verification by = verification;
        if (by == null) {
            lines.add(candidates + ": none of them verified");
        } else {
            lines.add(candidates
                    + format(
                            ": %,d verified (%s), %,d rejected, %,d not comparable",
                            count(Verdict.VERIFIED),
                            by.rule(),
                            count(Verdict.REJECTED),
                            notCompared().size()));
            lines.add(format("vectors: %,d from the cache, %,d encoded; %s", by.reused(), by.encoded(), by.store()));
        }
        lines.add(format("%,d clusters of %,d pictures; nothing was changed", clusters.size(), clusteredPictures()));
        return lines;
    }

    /** What people have to know before they act on the result. */
    List<String> warnings() {
        List<String> lines = new ArrayList<>();
        if (verification == null) {
            lines.add("not verified: these pairs only resemble each other by perceptual hash, which different pictures"
                    + " may share; --verify 'cosine>=0.98' compares vectors");
        }
        int flat = degenerate().size();
        if (flat > 0) {
            lines.add(format(
                    "%,d pictures have so little structure (flat, striped) that their hash is noise; they are compared by"
                            + " bytes and pixels only",
                    flat));
        }
        return lines;
    }

    private static String format(String pattern, Object... values) {
        return String.format(java.util.Locale.ROOT, pattern, values);
    }
}
