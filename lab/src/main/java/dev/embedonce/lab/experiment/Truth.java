package dev.embedonce.lab.experiment;

import dev.embedonce.care.DriftAudit;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.value.Embedding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the encoder says about each content: encoded once, without any cache, and known by the full SHA-256 of the
 * bytes. An answer is <b>wrong</b> if it is not that vector. Counted separately: answers that differ in any bit, and
 * among them those that point elsewhere, with a cosine below {@value #SAME_DIRECTION} or another length.
 */
public final class Truth {
    /** Below this cosine a vector is another vector for any use, not a rounding difference. */
    public static final double SAME_DIRECTION = 0.999;

    private final LabEncoder encoder;
    private final ContentHasher hasher = ContentHasher.sha256();
    private final Map<ContentHash, Embedding> vectors = new HashMap<>();

    /**
     * How many answers of a pass were wrong.
     *
     * @param bitDifferent not bit for bit the encoder's vector
     * @param misdirected among those, cosine below {@link #SAME_DIRECTION}
     * @param lowestCosine of all answers to the truth; 1 if all are right
     */
    public record Verdict(int bitDifferent, int misdirected, double lowestCosine) {}

    public Truth(LabEncoder encoder) {
        this.encoder = encoder;
    }

    /** The encoder's vectors for these bytes, encoding what is new. */
    public List<Embedding> of(List<byte[]> images) {
        List<ContentHash> hashes = images.stream().map(hasher::hash).toList();
        Map<ContentHash, byte[]> missing = new LinkedHashMap<>();
        for (int i = 0; i < images.size(); i++) {
            if (!vectors.containsKey(hashes.get(i))) {
                missing.put(hashes.get(i), images.get(i));
            }
        }
        learn(missing);
        return hashes.stream().map(this::known).toList();
    }

    private Embedding known(ContentHash hash) {
        return Objects.requireNonNull(vectors.get(hash), "encoded just now");
    }

    private void learn(Map<ContentHash, byte[]> missing) {
        List<Embedding> encoded =
                encoder.encode(new ArrayList<>(missing.values())).vectors();
        int i = 0;
        for (ContentHash hash : missing.keySet()) {
            vectors.put(hash, encoded.get(i++));
        }
    }

    /** Takes over vectors that were just made without a cache; what is known already stays. */
    void learn(List<byte[]> images, List<Embedding> encoded) {
        for (int i = 0; i < images.size(); i++) {
            vectors.putIfAbsent(hasher.hash(images.get(i)), encoded.get(i));
        }
    }

    /** Compares answers with the truth. */
    public Verdict check(List<byte[]> images, List<Embedding> answers) {
        List<Embedding> right = of(images);
        int bitDifferent = 0;
        int misdirected = 0;
        double lowest = 1;
        for (int i = 0; i < right.size(); i++) {
            if (right.get(i).equals(answers.get(i))) {
                continue;
            }
            double cosine = 1 - DriftAudit.cosineDistance(right.get(i), answers.get(i));
            bitDifferent++;
            misdirected += cosine < SAME_DIRECTION ? 1 : 0;
            lowest = Math.min(lowest, cosine);
        }
        return new Verdict(bitDifferent, misdirected, lowest);
    }
}
