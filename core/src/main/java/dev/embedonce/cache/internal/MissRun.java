package dev.embedonce.cache.internal;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Stored;
import dev.embedonce.error.CacheException;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.InputDigest;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Prepared;
import dev.embedonce.feature.Source;
import dev.embedonce.feature.Tenant;
import dev.embedonce.key.CacheKey;
import dev.embedonce.value.Entry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Encodes the misses of one call by {@link Encoding}: prepares image after image, asks for each whether its exact
 * encoder input is known, encodes the others in full batches, and publishes each batch before it begins the next, in
 * parts if it takes the encoder more than a second. Used by one thread, once.
 *
 * <p>A content whose input was seen before is stored as a link to the first content's entry; the first content stores,
 * beside its entry, a link from its input's digest to itself. So a link always points at an entry and never at another
 * link. Tensors get into the store from the encoder only, never from memory: a deletion must not be undone by what is
 * remembered.
 */
public final class MissRun<P extends Prepared> {
    /** How much of the encoder's work may be lost when the process dies, unless one run of the encoder is more. */
    private static final long MOST_UNSAVED_MILLIS = 1000;

    private final EntryReader reader;
    private final EntryWriter writer;
    private final Generation generation;
    private final Flights flights;
    private final EntryCodec codec;
    private final Clock clock;
    private final Tenant tenant;
    private final FeatureEncoder<P> encoder;
    private final Encoding<P> encoding;
    private final Set<CacheKey> unusable;
    private final BiConsumer<Miss, Outcome> results;

    private final List<Ready<P>> waiting = new ArrayList<>();

    /** A miss that is ready for the encoder. A class, not a record: it is its own identity. */
    private static final class Ready<P> {
        private final Miss miss;
        private final P prepared;
        private final @Nullable CacheKey inputKey;

        Ready(Miss miss, P prepared, @Nullable CacheKey inputKey) {
            this.miss = miss;
            this.prepared = prepared;
            this.inputKey = inputKey;
        }

        Miss miss() {
            return miss;
        }

        P prepared() {
            return prepared;
        }

        @Nullable
        CacheKey inputKey() {
            return inputKey;
        }
    }

    public MissRun(
            CacheParts parts,
            Generation generation,
            Tenant tenant,
            FeatureEncoder<P> encoder,
            Set<CacheKey> unusable,
            BiConsumer<Miss, Outcome> results) {
        this.reader = parts.reader();
        this.writer = parts.writer();
        this.generation = generation;
        this.flights = generation.flights();
        this.codec = parts.codec();
        this.clock = parts.clock();
        this.tenant = tenant;
        this.encoder = encoder;
        this.encoding = new Encoding<>(encoder, parts.counters(), parts.clock());
        this.unusable = unusable;
        this.results = results;
    }

    /** Encodes all of {@code misses}; every flight has landed or failed when it returns or throws. */
    public void run(List<Miss> misses) {
        try {
            int batchSize = encoder.batchSize();
            List<Ready<P>> group = new ArrayList<>();
            for (Miss miss : misses) {
                Ready<P> ready = prepare(miss);
                if (ready != null) {
                    group.add(ready);
                }
                if (group.size() + waiting.size() >= batchSize) {
                    linkKnownInputs(group);
                    group.clear();
                }
                if (waiting.size() >= batchSize) {
                    encodeWaiting();
                }
            }
            linkKnownInputs(group);
            if (!waiting.isEmpty()) {
                encodeWaiting();
            }
        } finally {
            RuntimeException abandoned = new CacheException("the encoding of this batch was broken off");
            misses.forEach(miss -> flights.fail(miss.key(), miss.flight(), abandoned));
        }
    }

    private @Nullable Ready<P> prepare(Miss miss) {
        return encoding.prepare(miss.image(), prepared -> ready(miss, prepared), error -> fail(miss, error));
    }

    private Ready<P> ready(Miss miss, P prepared) {
        InputDigest input = prepared.inputDigest();
        return new Ready<>(miss, prepared, input == null ? null : miss.key().withContentHash(tenant.inputHash(input)));
    }

    /** Answers those of {@code group} whose input is known, and queues the others for the encoder. */
    private void linkKnownInputs(List<Ready<P>> group) {
        Map<CacheKey, Ready<P>> byInput = new LinkedHashMap<>();
        for (Ready<P> ready : group) {
            if (ready.inputKey() != null) {
                byInput.put(ready.inputKey(), ready);
            }
        }
        EntryReader.Answers known = byInput.isEmpty()
                ? new EntryReader.Answers(Map.of(), Set.of())
                : reader.read(generation.heap(), byInput.keySet());
        unusable.addAll(known.unusable());
        Map<CacheKey, Stored.Sealed> links = new LinkedHashMap<>();
        Map<Ready<P>, Found> linked = new LinkedHashMap<>();
        for (Ready<P> ready : group) {
            Found found = ready.inputKey() == null ? null : known.get(ready.inputKey());
            if (found == null || isOnlyRemembered(ready, found)) {
                waiting.add(ready);
            } else {
                link(ready, found, links, linked);
            }
        }
        publishLinks(links, linked);
    }

    /** Whether this is the entry itself, in memory but no more in the store. */
    private static boolean isOnlyRemembered(Ready<?> ready, Found found) {
        return found.source() == Source.MEMORY
                && found.keptUnder().equals(ready.miss().key());
    }

    private void link(Ready<P> ready, Found found, Map<CacheKey, Stored.Sealed> links, Map<Ready<P>, Found> linked) {
        CacheKey key = ready.miss().key();
        if (!found.keptUnder().equals(key)) { // or else somebody has just published it
            links.put(
                    key,
                    codec.encodeLink(
                            key, found.keptUnder().contentHash(), found.entry().provenance()));
        }
        linked.put(ready, found);
    }

    private void publishLinks(Map<CacheKey, Stored.Sealed> links, Map<Ready<P>, Found> linked) {
        if (!links.isEmpty()) {
            writer.write(generation, links, unusable);
        }
        linked.forEach((ready, found) -> serve(ready.miss(), found.as(Source.PIXELS)));
    }

    private void encodeWaiting() {
        Map<Object, List<Ready<P>>> sameInput = new LinkedHashMap<>();
        for (Ready<P> ready : waiting) {
            Object identity = ready.inputKey() == null ? ready : ready.inputKey();
            sameInput.computeIfAbsent(identity, i -> new ArrayList<>()).add(ready);
        }
        waiting.clear();
        List<Ready<P>> batch =
                sameInput.values().stream().map(same -> same.get(0)).toList();
        Map<Ready<P>, Found> encoded = encodeAndPublish(batch);

        Map<CacheKey, Stored.Sealed> links = new LinkedHashMap<>();
        Map<Ready<P>, Found> linked = new LinkedHashMap<>();
        for (List<Ready<P>> same : sameInput.values()) {
            Found found = encoded.get(same.get(0));
            for (Ready<P> twin : same.subList(1, same.size())) {
                if (found == null) {
                    waiting.add(twin); // its twin failed in the encoder; it gets a chance of its own
                } else {
                    link(twin, found, links, linked);
                }
            }
        }
        publishLinks(links, linked);
        if (!waiting.isEmpty()) {
            encodeWaiting();
        }
    }

    /**
     * Encodes a batch, and publishes on the way whatever would otherwise be older than {@link #MOST_UNSAVED_MILLIS}
     * when it is published. The first images tell how many fit into that time, so a fast encoder gets nearly all of the
     * batch at once.
     */
    private Map<Ready<P>, Found> encodeAndPublish(List<Ready<P>> batch) {
        int least = encoder.imagesPerRun();
        Map<Ready<P>, Found> published = new HashMap<>();
        List<Ready<P>> unsaved = new ArrayList<>();
        Map<Ready<P>, Entry> entries = new HashMap<>();
        long since = clock.millis();
        int to = Math.min(least, batch.size());
        for (int from = 0; from < batch.size(); ) {
            long start = clock.millis();
            List<Ready<P>> piece = batch.subList(from, to);
            encoding.encode(piece, Ready::prepared, entries::put, (ready, error) -> fail(ready.miss(), error));
            unsaved.addAll(piece);
            long now = clock.millis();
            double millisEach = Math.max(0.01, (double) (now - start) / piece.size());
            if (to == batch.size() || now - since + least * millisEach > MOST_UNSAVED_MILLIS) {
                published.putAll(publish(unsaved, entries));
                unsaved.clear();
                entries.clear();
                since = now;
            }
            int fitting = (int) Math.min(batch.size(), (MOST_UNSAVED_MILLIS - (now - since)) / millisEach);
            from = to;
            to = Math.min(batch.size(), from + Math.max(least, fitting));
        }
        return published;
    }

    /** Stores what was encoded, in one write, and lands its flights. */
    private Map<Ready<P>, Found> publish(List<Ready<P>> batch, Map<Ready<P>, Entry> entries) {
        Map<CacheKey, Stored.Sealed> records = new LinkedHashMap<>();
        for (Ready<P> ready : batch) {
            Entry entry = entries.get(ready);
            if (entry == null) {
                continue;
            }
            CacheKey key = ready.miss().key();
            records.put(key, codec.encode(key, entry));
            if (ready.inputKey() != null) {
                records.put(
                        ready.inputKey(), codec.encodeLink(ready.inputKey(), key.contentHash(), entry.provenance()));
            }
        }
        Map<CacheKey, Entry> first = records.isEmpty() ? Map.of() : writer.write(generation, records, unusable);
        Map<Ready<P>, Found> published = new HashMap<>();
        entries.forEach((ready, entry) -> {
            CacheKey key = ready.miss().key();
            Found found = new Found(first.getOrDefault(key, entry), key, Source.ENCODED);
            published.put(ready, found);
            serve(ready.miss(), found);
        });
        return published;
    }

    private void serve(Miss miss, Found found) {
        generation.heap().put(miss.key(), found);
        flights.land(miss.key(), miss.flight(), found);
        results.accept(miss, new Outcome.Served(miss.contentHash(), miss.key(), found.entry(), found.source()));
    }

    private void fail(Miss miss, RuntimeException error) {
        flights.fail(miss.key(), miss.flight(), error);
        results.accept(miss, new Outcome.Failed(miss.contentHash(), error));
    }
}
