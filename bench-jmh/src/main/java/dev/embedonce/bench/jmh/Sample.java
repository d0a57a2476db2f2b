package dev.embedonce.bench.jmh;

import dev.embedonce.feature.FunctionEncoder;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;
import java.time.Instant;
import java.util.SplittableRandom;

/** A picture of 50 KB of random bytes and a vector of 384 random numbers, from a fixed seed. */
final class Sample {
    static final String MODEL = "bench-model:0011223344556677";
    static final String PIXELS = "bench-pixels:8899aabbccddeeff";
    private static final int PICTURE_BYTES = 50_000;
    private static final int DIMENSION = 384;
    private static final long SEED = 9;

    private Sample() {}

    static byte[] picture(int number) {
        byte[] picture = new byte[PICTURE_BYTES];
        new SplittableRandom(SEED + number).nextBytes(picture);
        return picture;
    }

    static float[] vector() {
        SplittableRandom random = new SplittableRandom(SEED);
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextDouble(-1, 1);
        }
        return vector;
    }

    static Entry entry() {
        return Entry.of(Embedding.of(vector()), new Provenance(10_000_000, 16, "bench", 300, 200, Instant.EPOCH));
    }

    static FunctionEncoder encoder() {
        float[] vector = vector();
        return new FunctionEncoder(MODEL, PIXELS, image -> vector);
    }
}
