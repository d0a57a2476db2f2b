package dev.embedonce.lab.base;

import dev.embedonce.key.FramedDigest;
import java.nio.ByteBuffer;
import java.util.Random;

/** A random generator for each purpose: drawing from one does not change another. */
public final class Seeds {
    private Seeds() {}

    /**
     * A generator.
     *
     * @param seed the run's
     * @param purpose what it draws; the same arguments give the same numbers
     */
    public static Random random(long seed, Object... purpose) {
        FramedDigest digest = FramedDigest.tagged("embedonce.lab.seed.v1").put("seed", seed);
        for (Object part : purpose) {
            digest.put("part", part.toString());
        }
        return new Random(ByteBuffer.wrap(digest.toContentHash().toBytes()).getLong());
    }
}
