package dev.embedonce.cli.embed;

import dev.embedonce.cache.CacheStats;
import dev.embedonce.cache.HashedImage;
import dev.embedonce.cache.Outcome;
import dev.embedonce.cache.Source;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.PreparedImage;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.key.CacheKey;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;
import dev.embedonce.value.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Encodes every image it is given: what {@code --no-cache} asks for, and what the cache's cost is measured against. */
final class UncachedEmbedder implements Embedder {
    private final ImageEncoder encoder;
    private final ContentHasher hasher = ContentHasher.sha256();
    private final LongAdder encoded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder hashNanos = new LongAdder();
    private final LongAdder prepareNanos = new LongAdder();
    private final LongAdder encodeNanos = new LongAdder();

    private record Ready(int index, ContentHash hash, PreparedImage image) {}

    UncachedEmbedder(ImageEncoder encoder) {
        this.encoder = encoder;
    }

    @Override
    public ContentHash hash(InputStream in) throws IOException {
        long start = System.nanoTime();
        try {
            return hasher.hash(in);
        } finally {
            hashNanos.add(System.nanoTime() - start);
        }
    }

    @Override
    public List<Outcome> embed(List<HashedImage> images) {
        Outcome[] outcomes = new Outcome[images.size()];
        List<Ready> waiting = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            long start = System.nanoTime();
            HashedImage image = images.get(i).checkedBy(hasher);
            ContentHash hash = image.contentHash();
            try {
                waiting.add(new Ready(i, hash, encoder.prepare(image.bytes())));
            } catch (IOException e) {
                fail(outcomes, i, hash, new UncheckedIOException(e.getMessage(), e));
            } catch (RuntimeException e) {
                fail(outcomes, i, hash, e);
            }
            prepareNanos.add(System.nanoTime() - start);
            if (waiting.size() == encoder.batchSize()) {
                encode(waiting, outcomes);
                waiting.clear();
            }
        }
        if (!waiting.isEmpty()) {
            encode(waiting, outcomes);
        }
        return Arrays.asList(outcomes);
    }

    private void encode(List<Ready> batch, Outcome[] outcomes) {
        try {
            encodeTogether(batch, outcomes);
        } catch (RuntimeException e) {
            if (batch.size() > 1) {
                batch.forEach(one -> encode(List.of(one), outcomes));
            } else {
                fail(outcomes, batch.get(0).index(), batch.get(0).hash(), e);
            }
        }
    }

    private void encodeTogether(List<Ready> batch, Outcome[] outcomes) {
        long start = System.nanoTime();
        List<Map<String, Tensor>> tensors =
                encoder.encode(batch.stream().map(Ready::image).toList());
        long nanos = System.nanoTime() - start;
        encodeNanos.add(nanos);
        encoded.add(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            Ready ready = batch.get(i);
            Provenance provenance = new Provenance(
                    nanos / batch.size(),
                    batch.size(),
                    encoder.runtime(),
                    ready.image().width(),
                    ready.image().height(),
                    Instant.now());
            CacheKey key = new CacheKey(encoder.modelVersion(), encoder.preprocVersion(), ready.hash());
            outcomes[ready.index()] =
                    new Outcome.Served(ready.hash(), key, new Entry(tensors.get(i), provenance), Source.ENCODED);
        }
    }

    private void fail(Outcome[] outcomes, int index, ContentHash hash, RuntimeException e) {
        failed.increment();
        outcomes[index] = new Outcome.Failed(hash, e);
    }

    @Override
    public CacheStats stats() {
        return new CacheStats(
                encoded.sum() + failed.sum(),
                0,
                0,
                0,
                0,
                0,
                encoded.sum(),
                failed.sum(),
                Map.of(),
                0,
                0,
                0,
                0,
                0,
                hashNanos.sum(),
                0,
                prepareNanos.sum(),
                encodeNanos.sum(),
                0,
                0);
    }
}
