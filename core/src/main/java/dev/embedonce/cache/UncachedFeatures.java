package dev.embedonce.cache;

import dev.embedonce.cache.internal.Batch;
import dev.embedonce.cache.internal.CacheCounters;
import dev.embedonce.cache.internal.CountedHasher;
import dev.embedonce.cache.internal.Encoding;
import dev.embedonce.feature.CacheStats;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.FeatureProvider;
import dev.embedonce.feature.HashedImage;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Prepared;
import dev.embedonce.feature.Source;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.key.CacheKey;
import dev.embedonce.value.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Encodes whatever it is asked for and keeps nothing: what a {@link FeatureCache} does for the images that it does not
 * have, without a store, and what its cost is measured against. Equal bytes of one call are encoded once; images of
 * other bytes that give the encoder the same input are not noticed. Thread-safe.
 */
public final class UncachedFeatures implements FeatureProvider {
    private final CacheCounters counters = new CacheCounters();
    private final CountedHasher hasher = new CountedHasher(ContentHasher.sha256(), counters.hashNanos);
    private final Clock clock = Clock.systemUTC();

    /** Features that nobody has asked for yet. */
    public UncachedFeatures() {}

    @Override
    public <P extends Prepared> List<Outcome> getOrComputeAll(List<byte[]> images, FeatureEncoder<P> encoder) {
        return encodeAll(hasher.hashAll(images), encoder);
    }

    @Override
    public <P extends Prepared> List<Outcome> getOrComputeHashed(
            List<? extends HashedImage> images, FeatureEncoder<P> encoder) {
        return encodeAll(hasher.checked(images), encoder);
    }

    @Override
    public ContentHash hash(InputStream in) throws IOException {
        return hasher.hash(in);
    }

    @Override
    public CacheStats stats() {
        return counters.snapshot();
    }

    private <P extends Prepared> List<Outcome> encodeAll(List<HashedImage> images, FeatureEncoder<P> encoder) {
        Batch batch =
                new Batch(images, content -> new CacheKey(encoder.modelVersion(), encoder.preprocVersion(), content));
        Run<P> run = new Run<>(new Encoding<>(encoder, counters, clock));
        batch.distinct().forEach(run::add);
        return batch.outcomes(run.finish(), counters);
    }

    /** An image that is ready for the encoder. */
    private record Ready<P>(CacheKey key, P prepared) {}

    /** The images of one call, encoded as soon as a batch is full. */
    private static final class Run<P extends Prepared> {
        private final Encoding<P> encoding;
        private final List<Ready<P>> waiting = new ArrayList<>();
        private final Map<CacheKey, Outcome> results = new HashMap<>();

        Run(Encoding<P> encoding) {
            this.encoding = encoding;
        }

        void add(CacheKey key, HashedImage image) {
            Ready<P> ready = encoding.prepare(image, prepared -> new Ready<>(key, prepared), error -> fail(key, error));
            if (ready != null) {
                waiting.add(ready);
            }
            if (waiting.size() >= encoding.batchSize()) {
                encodeWaiting();
            }
        }

        Map<CacheKey, Outcome> finish() {
            if (!waiting.isEmpty()) {
                encodeWaiting();
            }
            return results;
        }

        private void encodeWaiting() {
            encoding.encode(waiting, Ready::prepared, this::serve, (ready, error) -> fail(ready.key(), error));
            waiting.clear();
        }

        private void serve(Ready<P> ready, Entry entry) {
            CacheKey key = ready.key();
            results.put(key, new Outcome.Served(key.contentHash(), key, entry, Source.ENCODED));
        }

        private void fail(CacheKey key, RuntimeException error) {
            results.put(key, new Outcome.Failed(key.contentHash(), error));
        }
    }
}
