package dev.embedonce.cache.internal;

import dev.embedonce.error.CacheException;
import dev.embedonce.error.EncoderUnavailableException;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.HashedImage;
import dev.embedonce.feature.Prepared;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;
import dev.embedonce.value.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The only way to an encoder, with a store behind it or without one: prepares image after image, encodes batches, and
 * tries the images of a batch that fails one by one, so that a bad image fails alone; but not if the encoder is {@link
 * EncoderUnavailableException unavailable}. An {@link Error} ends the run. Counts the time. As thread-safe as the
 * encoder.
 */
public final class Encoding<P extends Prepared> {
    private final FeatureEncoder<P> encoder;
    private final CacheCounters counters;
    private final Clock clock;

    /** @param clock dates the entries */
    public Encoding(FeatureEncoder<P> encoder, CacheCounters counters, Clock clock) {
        this.encoder = encoder;
        this.counters = counters;
        this.clock = clock;
    }

    /** How many images to encode at once, at most. */
    public int batchSize() {
        return encoder.batchSize();
    }

    /**
     * Reads, decodes and preprocesses one image.
     *
     * @param then makes of it what the caller needs; counts as preparing
     * @param failed is told why, if the image cannot be read or prepared
     * @return what {@code then} gave; null if the image failed
     */
    public <T> @Nullable T prepare(HashedImage image, Function<P, T> then, Consumer<RuntimeException> failed) {
        long start = System.nanoTime();
        try {
            return then.apply(encoder.prepare(image.bytes()));
        } catch (IOException e) {
            failed.accept(new UncheckedIOException(e.getMessage(), e));
            return null;
        } catch (RuntimeException e) {
            failed.accept(e);
            return null;
        } finally {
            counters.prepareNanos.add(System.nanoTime() - start);
        }
    }

    /**
     * Encodes some images.
     *
     * @param batch 1 to {@link #batchSize} of them
     * @param prepared what the encoder reads of each
     * @param encoded takes the answer for an image
     * @param failed is told why there is none
     */
    public <T> void encode(
            List<T> batch,
            Function<T, P> prepared,
            BiConsumer<T, Entry> encoded,
            BiConsumer<T, RuntimeException> failed) {
        List<Entry> entries;
        try {
            entries = encodeTogether(batch.stream().map(prepared).toList());
        } catch (RuntimeException e) {
            if (batch.size() == 1 || e instanceof EncoderUnavailableException) {
                batch.forEach(one -> failed.accept(one, e));
            } else {
                batch.forEach(one -> encode(List.of(one), prepared, encoded, failed));
            }
            return;
        }
        for (int i = 0; i < batch.size(); i++) {
            encoded.accept(batch.get(i), entries.get(i));
        }
    }

    private List<Entry> encodeTogether(List<P> batch) {
        long start = System.nanoTime();
        List<Map<String, Tensor>> outputs = encoder.encode(batch);
        long nanos = System.nanoTime() - start;
        counters.encodeNanos.add(nanos);
        if (outputs.size() != batch.size()) {
            throw new CacheException("the encoder gave " + outputs.size() + " answers for " + batch.size() + " images");
        }
        List<Entry> entries = new ArrayList<>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            P prepared = batch.get(i);
            Provenance provenance = new Provenance(
                    nanos / batch.size(),
                    batch.size(),
                    encoder.runtime(),
                    prepared.width(),
                    prepared.height(),
                    clock.instant());
            entries.add(new Entry(outputs.get(i), provenance));
        }
        return entries;
    }
}
