package dev.embedonce.feature;

import dev.embedonce.error.CacheException;
import dev.embedonce.error.EncoderUnavailableException;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A function of batches for one call of the cache: finds items by the very arrays that were hashed. One thread's. */
final class NamedModelEncoder<T> implements FeatureEncoder<NamedModelEncoder.Item<T>> {
    private final String modelVersion;
    private final String preprocVersion;
    private final int batchSize;
    private final IdentityHashMap<byte[], T> values = new IdentityHashMap<>();
    private final Function<List<T>, List<float[]>> model;
    private @Nullable EncoderUnavailableException unavailable;

    NamedModelEncoder(
            String modelVersion,
            String preprocVersion,
            int batchSize,
            List<EmbeddingItem<T>> items,
            Function<List<T>, List<float[]>> model) {
        this.modelVersion = modelVersion;
        this.preprocVersion = preprocVersion;
        this.batchSize = batchSize;
        this.model = model;
        items.forEach(item -> values.put(item.content(), item.value()));
    }

    /** An item as the model takes it. The cache sees no pixels. */
    record Item<T>(T value) implements Prepared {
        @Override
        public @Nullable InputDigest inputDigest() {
            return null;
        }

        @Override
        public int width() {
            return 0;
        }

        @Override
        public int height() {
            return 0;
        }
    }

    @Override
    public String modelVersion() {
        return modelVersion;
    }

    @Override
    public String preprocVersion() {
        return preprocVersion;
    }

    @Override
    public String runtime() {
        return "named model";
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public Item<T> prepare(byte[] content) {
        T value = values.get(content);
        if (value == null) {
            throw new IllegalArgumentException("not an item of this call");
        }
        return new Item<>(value);
    }

    @Override
    public List<Map<String, Tensor>> encode(List<Item<T>> batch) {
        if (unavailable != null) {
            throw unavailable;
        }
        try {
            List<Map<String, Tensor>> answers = new ArrayList<>(batch.size());
            for (float[] vector : model.apply(batch.stream().map(Item::value).toList())) {
                answers.add(Map.of(Entry.EMBEDDING, Embedding.of(sound(vector)).tensor()));
            }
            return answers;
        } catch (EncoderUnavailableException e) {
            unavailable = e;
            throw e;
        }
    }

    /** What is kept is answered for ever, so what cannot be a vector is not kept. */
    private static float[] sound(float[] vector) {
        if (vector.length == 0) {
            throw new CacheException("the model gave an empty vector");
        }
        for (int i = 0; i < vector.length; i++) {
            if (!Float.isFinite(vector[i])) {
                throw new CacheException("the model gave a vector with " + vector[i] + " at position " + i);
            }
        }
        return vector;
    }
}
