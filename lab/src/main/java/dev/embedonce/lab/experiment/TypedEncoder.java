package dev.embedonce.lab.experiment;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Prepared;
import dev.embedonce.key.CacheKey;
import dev.embedonce.lab.base.LabException;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Hides the type of an encoder's prepared images. */
record TypedEncoder<P extends Prepared>(FeatureEncoder<P> encoder) implements LabEncoder {
    @Override
    public String modelVersion() {
        return encoder.modelVersion();
    }

    @Override
    public String preprocVersion() {
        return encoder.preprocVersion();
    }

    @Override
    public String runtime() {
        return encoder.runtime();
    }

    @Override
    public int batchSize() {
        return encoder.batchSize();
    }

    @Override
    public List<Outcome> ask(FeatureCache cache, List<byte[]> images) {
        return cache.getOrComputeAll(images, encoder);
    }

    @Override
    public List<Outcome> askByHashAlone(FeatureCache cache, List<byte[]> images) {
        return cache.getOrComputeAll(images, new HashAloneEncoder<>(encoder));
    }

    @Override
    public CacheKey key(FeatureCache cache, byte[] image) {
        return cache.keyOf(image, encoder);
    }

    @Override
    public Encoded encode(List<byte[]> images) {
        List<Embedding> vectors = new ArrayList<>(images.size());
        long prepareNanos = 0;
        long encodeNanos = 0;
        for (int from = 0; from < images.size(); from += encoder.batchSize()) {
            List<byte[]> batch = images.subList(from, Math.min(images.size(), from + encoder.batchSize()));
            long start = System.nanoTime();
            List<P> prepared = batch.stream().map(encoder::prepare).toList();
            long ready = System.nanoTime();
            for (Map<String, Tensor> tensors : encoder.encode(prepared)) {
                vectors.add(new Embedding(Objects.requireNonNull(tensors.get(Entry.EMBEDDING), Entry.EMBEDDING)));
            }
            prepareNanos += ready - start;
            encodeNanos += System.nanoTime() - ready;
        }
        return new Encoded(vectors, prepareNanos, encodeNanos);
    }

    @Override
    public void close() {
        if (encoder instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new LabException("the encoder cannot be closed: " + e.getMessage(), e);
            }
        }
    }
}
