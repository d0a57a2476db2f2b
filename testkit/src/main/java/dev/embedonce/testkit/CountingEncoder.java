package dev.embedonce.testkit;

import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.InputDigest;
import dev.embedonce.feature.Prepared;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An encoder that counts its calls and answers with a vector derived from the bytes. Bytes that start with {@code bad}
 * cannot be prepared. Thread-safe.
 */
public final class CountingEncoder implements FeatureEncoder<CountingEncoder.Image> {
    /** The number of elements in its vectors. */
    public static final int DIMENSION = 16;

    private static final ContentHasher HASHER = ContentHasher.sha256();

    private final String modelVersion;
    private final int batchSize;
    private final AtomicInteger prepared = new AtomicInteger();
    private final AtomicInteger encoded = new AtomicInteger();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile @Nullable RuntimeException failure;
    private volatile Runnable beforeEncode = () -> {};

    public CountingEncoder() {
        this("counting-encoder@1", 8);
    }

    public CountingEncoder(String modelVersion, int batchSize) {
        this.modelVersion = modelVersion;
        this.batchSize = batchSize;
    }

    /** A prepared image, which is its vector already. */
    public static final class Image implements Prepared {
        private final Tensor vector;

        private Image(Tensor vector) {
            this.vector = vector;
        }

        /** Null: no two images have the same input. */
        @Override
        public @Nullable InputDigest inputDigest() {
            return null;
        }

        @Override
        public int width() {
            return 3;
        }

        @Override
        public int height() {
            return 2;
        }
    }

    /** The one right answer for {@code image}. */
    public static Tensor answer(byte[] image) {
        byte[] digest = HASHER.hash(image).toBytes();
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = digest[i] / 128f;
        }
        return Tensor.ofFloats(vector);
    }

    /** From now on {@link #encode} throws this; null to stop. */
    public void failWith(@Nullable RuntimeException failure) {
        this.failure = failure;
    }

    /** From now on {@link #encode} runs this first. */
    public void beforeEncode(Runnable action) {
        this.beforeEncode = action;
    }

    /** Images prepared so far. */
    public int prepared() {
        return prepared.get();
    }

    /** Images encoded so far, those of failed calls not counted. */
    public int encoded() {
        return encoded.get();
    }

    /** Calls of {@link #encode} so far, failed ones too. */
    public int calls() {
        return calls.get();
    }

    @Override
    public String modelVersion() {
        return modelVersion;
    }

    @Override
    public String preprocVersion() {
        return "counting-pixels@1";
    }

    @Override
    public String runtime() {
        return "counting";
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public Image prepare(byte[] image) {
        prepared.incrementAndGet();
        if (new String(image, StandardCharsets.ISO_8859_1).startsWith("bad")) {
            throw new IllegalArgumentException("not an image");
        }
        return new Image(answer(image));
    }

    @Override
    public List<Map<String, Tensor>> encode(List<Image> batch) {
        calls.incrementAndGet();
        beforeEncode.run();
        RuntimeException fault = failure;
        if (fault != null) {
            throw fault;
        }
        encoded.addAndGet(batch.size());
        List<Map<String, Tensor>> answers = new ArrayList<>();
        for (Image image : batch) {
            answers.add(Map.of(Entry.EMBEDDING, image.vector));
        }
        return answers;
    }
}
