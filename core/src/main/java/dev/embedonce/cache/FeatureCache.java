package dev.embedonce.cache;

import dev.embedonce.cache.internal.Batch;
import dev.embedonce.cache.internal.CacheCounters;
import dev.embedonce.cache.internal.CacheParts;
import dev.embedonce.cache.internal.CountedHasher;
import dev.embedonce.cache.internal.EntryReader;
import dev.embedonce.cache.internal.EntryWriter;
import dev.embedonce.cache.internal.Found;
import dev.embedonce.cache.internal.Generation;
import dev.embedonce.cache.internal.Generations;
import dev.embedonce.cache.internal.Leases;
import dev.embedonce.cache.internal.Miss;
import dev.embedonce.cache.internal.MissRun;
import dev.embedonce.cache.internal.StoreGuard;
import dev.embedonce.cache.internal.UsageRecorder;
import dev.embedonce.care.CareProgress;
import dev.embedonce.care.Invalidation;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.SealKeys;
import dev.embedonce.error.CacheException;
import dev.embedonce.feature.CacheStats;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.FeatureProvider;
import dev.embedonce.feature.HashedImage;
import dev.embedonce.feature.HeapStats;
import dev.embedonce.feature.InputDigest;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Prepared;
import dev.embedonce.feature.Source;
import dev.embedonce.feature.Tenant;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.value.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Never runs an encoder twice on the same content: looks answers up under the three-part key, verifies what it finds,
 * encodes what is missing once, keeps it. Thread-safe.
 *
 * <p>A call works on its caller's thread, so callers decide how much runs at once; concurrent calls share their
 * encodings. An answer is what the encoder said about these very bytes, or the call encodes. A store that fails costs
 * time, never an answer.
 *
 * <p>How a batch goes: hash every image; look all keys up at once; claim the missing ones; look those up again that
 * another process may have published meanwhile; encode and publish what is still missing, in full batches; only then
 * wait for what other threads or processes had claimed, so that two batches can never wait for each other. Whoever
 * waited for an encoding that failed takes over: a failure is its own caller's.
 *
 * <p>Forgetting: when {@link #invalidate} or {@link #forget} returns, nothing that came from the content is an answer
 * of this cache, and no load that has begun brings it back. All memory goes with it. Deletions by other caches and
 * commands on the same store are followed within {@link Builder#followDeletions}.
 */
public final class FeatureCache implements FeatureProvider, AutoCloseable {
    private static final long FIRST_POLL_MILLIS = 20;
    private static final long LONGEST_POLL_MILLIS = 500;

    private final CacheStore store;
    private final CacheParts parts;
    /** Counts nothing: what it does not find is looked up again, and counted then. */
    private final EntryReader quietReader;

    private final CountedHasher hasher;
    private final Tenant tenant;
    private final long leaseWaitNanos;
    private final UsageRecorder usage;

    private FeatureCache(Builder builder) {
        this.store = builder.store;
        this.tenant = Tenant.NONE;
        this.leaseWaitNanos = builder.leaseWait.toNanos();
        CacheCounters counters = new CacheCounters();
        this.hasher = new CountedHasher(builder.hasher, counters.hashNanos);
        StoreGuard guard = new StoreGuard(store);
        EntryCodec codec = new EntryCodec(builder.sealKeys);
        Generations generations =
                new Generations(store, guard, counters.storeReadFailures, builder.followDeletions, builder.heapBytes);
        boolean shared = store.capabilities().shared();
        this.parts = new CacheParts(
                new EntryReader(guard, codec, builder.trustForeign, counters),
                new EntryWriter(
                        generations,
                        guard,
                        codec,
                        builder.trustForeign,
                        store.capabilities().maxEntryBytes(),
                        counters),
                generations,
                codec,
                counters,
                new Leases(guard, shared ? builder.leaseDuration : null),
                builder.clock);
        this.quietReader = new EntryReader(guard, codec, builder.trustForeign, new CacheCounters());
        this.usage = new UsageRecorder(guard, counters);
    }

    private FeatureCache(FeatureCache shared, Tenant tenant) {
        this.store = shared.store;
        this.hasher = shared.hasher;
        this.tenant = tenant;
        this.leaseWaitNanos = shared.leaseWaitNanos;
        this.parts = shared.parts;
        this.quietReader = shared.quietReader;
        this.usage = shared.usage;
    }

    /** A cache over {@code store}, which it owns and closes. */
    public static Builder over(CacheStore store) {
        return new Builder(store);
    }

    /**
     * The same cache for one tenant: same store, memory and counters, but entries that nobody else's keys can reach.
     *
     * @param salt from configuration, never from a client; not empty
     */
    public FeatureCache forTenant(String salt) {
        return new FeatureCache(this, new Tenant(salt));
    }

    /** The key of an image under this cache's hasher and tenant. */
    public CacheKey keyOf(byte[] image, FeatureEncoder<?> encoder) {
        return key(hasher.hash(image), encoder);
    }

    private CacheKey key(ContentHash content, FeatureEncoder<?> encoder) {
        return new CacheKey(encoder.modelVersion(), encoder.preprocVersion(), tenant.keyHash(content));
    }

    /** The entry under {@code key}, if there is one that may be an answer. Not counted as an image. */
    public Optional<Entry> get(CacheKey key) {
        return Optional.ofNullable(read(key)).map(Found::entry);
    }

    private @Nullable Found read(CacheKey key) {
        return parts.reader()
                .read(parts.generations().look().heap(), List.of(key))
                .get(key);
    }

    /** What lies in the store under {@code key}, verified but not counted, for people who want to know why. */
    public Optional<Lookup> peek(CacheKey key) {
        return Optional.ofNullable(parts.reader().peek(key));
    }

    /**
     * The content whose entry answers for this encoder input, if there is one: what a byte miss would find. Not counted
     * as an image.
     */
    public <P extends Prepared> Optional<ContentHash> findByInput(P prepared, FeatureEncoder<P> encoder) {
        InputDigest input = prepared.inputDigest();
        if (input == null) {
            return Optional.empty();
        }
        CacheKey key = new CacheKey(encoder.modelVersion(), encoder.preprocVersion(), tenant.inputHash(input));
        return Optional.ofNullable(read(key)).map(f -> f.keptUnder().contentHash());
    }

    /**
     * The features of one image.
     *
     * @param image the encoded bytes (PNG, JPEG, ...): bytes, never a path; not to be changed during the call
     * @throws RuntimeException the encoder's own, if the image cannot be encoded; nothing is stored then
     */
    public <P extends Prepared> Entry getOrCompute(byte[] image, FeatureEncoder<P> encoder) {
        Outcome outcome = getOrComputeAll(List.of(image), encoder).get(0);
        if (outcome instanceof Outcome.Served served) {
            return served.entry();
        }
        throw ((Outcome.Failed) outcome).error();
    }

    /**
     * As {@link FeatureProvider#getOrComputeAll}: one look-up for all, and each distinct content is encoded at most
     * once.
     */
    @Override
    public <P extends Prepared> List<Outcome> getOrComputeAll(List<byte[]> images, FeatureEncoder<P> encoder) {
        return serve(hasher.hashAll(images), encoder);
    }

    /** As {@link FeatureProvider#getOrComputeHashed}: a known file costs no memory, however large it is. */
    @Override
    public <P extends Prepared> List<Outcome> getOrComputeHashed(
            List<? extends HashedImage> images, FeatureEncoder<P> encoder) {
        return serve(hasher.checked(images), encoder);
    }

    /**
     * The answers that are there already, for images that have been hashed with {@link #hash}. Nothing is encoded or
     * waited for, and no image is read. Answers count as hits; an image without one counts when it is asked for with
     * {@link #getOrComputeHashed}, and so does what was wrong with its entry.
     *
     * @return for each image, in input order, its answer, or empty
     */
    public List<Optional<Outcome.Served>> getKnown(List<? extends HashedImage> images, FeatureEncoder<?> encoder) {
        List<CacheKey> keys =
                images.stream().map(image -> key(image.contentHash(), encoder)).toList();
        long start = System.nanoTime();
        EntryReader.Answers answers =
                quietReader.read(parts.generations().look().heap(), new LinkedHashSet<>(keys));
        parts.counters().lookupNanos.add(System.nanoTime() - start);
        List<Optional<Outcome.Served>> known = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            CacheKey key = keys.get(i);
            Found found = answers.get(key);
            if (found == null) {
                known.add(Optional.empty());
                continue;
            }
            Outcome.Served served = new Outcome.Served(images.get(i).contentHash(), key, found.entry(), found.source());
            parts.counters().count(served);
            known.add(Optional.of(served));
        }
        usage.maybeFlush();
        return known;
    }

    /**
     * The hash of all that is left in {@code in}, by this cache's hasher. The time it takes counts as hashing, reading
     * included.
     */
    @Override
    public ContentHash hash(InputStream in) throws IOException {
        return hasher.hash(in);
    }

    private <P extends Prepared> List<Outcome> serve(List<HashedImage> images, FeatureEncoder<P> encoder) {
        Batch batch = new Batch(images, content -> key(content, encoder));
        List<Outcome> outcomes = batch.outcomes(resolve(batch.distinct(), encoder), parts.counters());
        usage.maybeFlush();
        return outcomes;
    }

    private <P extends Prepared> Map<CacheKey, Outcome> resolve(
            Map<CacheKey, HashedImage> distinct, FeatureEncoder<P> encoder) {
        Map<CacheKey, Outcome> results = new HashMap<>();
        Map<CacheKey, HashedImage> open = distinct;
        while (!open.isEmpty()) {
            Map<CacheKey, CompletableFuture<Found>> others = answer(open, encoder, results);
            Map<CacheKey, HashedImage> taken = new LinkedHashMap<>();
            others.forEach((key, flight) -> {
                HashedImage image = Objects.requireNonNull(distinct.get(key), "every key has an image");
                Outcome outcome = await(image.contentHash(), key, flight);
                if (outcome == null) {
                    taken.put(key, image);
                } else {
                    results.put(key, outcome);
                }
            });
            open = taken;
        }
        return results;
    }

    /** Answers what is known and what nobody else is encoding; returns the flights of the rest. */
    private <P extends Prepared> Map<CacheKey, CompletableFuture<Found>> answer(
            Map<CacheKey, HashedImage> images, FeatureEncoder<P> encoder, Map<CacheKey, Outcome> results) {
        Generation generation = parts.generations().look();
        long landings = generation.flights().landings();
        EntryReader.Answers answers = lookup(generation, images.keySet());
        if (answers.answers().size() < images.size()) {
            Generation now = parts.generations().lookNow(); // what is encoded from here on will be kept
            if (now.number() != generation.number()) {
                generation = now;
                landings = generation.flights().landings();
                answers = lookup(generation, images.keySet());
            }
        }
        Map<CacheKey, CompletableFuture<Found>> others = new LinkedHashMap<>();
        Map<CacheKey, Miss> mine = new LinkedHashMap<>();
        for (Map.Entry<CacheKey, HashedImage> wanted : images.entrySet()) {
            CacheKey key = wanted.getKey();
            Found found = answers.get(key);
            if (found != null) {
                results.put(key, served(wanted.getValue().contentHash(), key, found));
                continue;
            }
            CompletableFuture<Found> flight = new CompletableFuture<>();
            CompletableFuture<Found> claimed = generation.flights().claim(key, flight);
            if (claimed == flight) {
                mine.put(key, new Miss(key, wanted.getValue(), flight));
            } else {
                others.put(key, claimed);
            }
        }
        if (!mine.isEmpty()) {
            Claimed<P> claimed = new Claimed<>(generation, encoder, new HashSet<>(answers.unusable()), results);
            if (generation.flights().landings() != landings) {
                claimed.dropLanded(mine);
            }
            claimed.encode(mine);
        }
        return others;
    }

    private static Outcome served(ContentHash content, CacheKey key, Found found) {
        return new Outcome.Served(content, key, found.entry(), found.source());
    }

    private EntryReader.Answers lookup(Generation generation, Collection<CacheKey> keys) {
        long start = System.nanoTime();
        try {
            return parts.reader().read(generation.heap(), keys);
        } finally {
            parts.counters().lookupNanos.add(System.nanoTime() - start);
        }
    }

    /** Waits for another thread's encoding; null if that failed. */
    private static @Nullable Outcome await(ContentHash content, CacheKey key, CompletableFuture<Found> flight) {
        try {
            return served(content, key, flight.get().as(Source.SHARED));
        } catch (ExecutionException | CancellationException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.Failed(
                    content, new CacheException("interrupted while another thread encodes this image", e));
        }
    }

    /** The misses that one call has claimed in this process, against other processes on the same store. */
    private final class Claimed<P extends Prepared> {
        private final Generation generation;
        private final FeatureEncoder<P> encoder;
        private final Set<CacheKey> unusable;
        private final Map<CacheKey, Outcome> results;

        Claimed(
                Generation generation,
                FeatureEncoder<P> encoder,
                Set<CacheKey> unusable,
                Map<CacheKey, Outcome> results) {
            this.generation = generation;
            this.encoder = encoder;
            this.unusable = unusable;
            this.results = results;
        }

        /** Flights that landed between our look-up and our claim: their answers are there now. */
        void dropLanded(Map<CacheKey, Miss> mine) {
            try {
                take(mine, mine.keySet());
            } catch (RuntimeException | Error e) {
                abandon(mine, e);
                throw e;
            }
        }

        /** Encodes what no other process is encoding, publishes it, and then waits for the rest. */
        void encode(Map<CacheKey, Miss> mine) {
            try {
                encodeFree(mine);
                long deadline = System.nanoTime() + leaseWaitNanos;
                for (long pause = FIRST_POLL_MILLIS;
                        !mine.isEmpty();
                        pause = Math.min(LONGEST_POLL_MILLIS, pause * 2)) {
                    sleep(pause);
                    take(mine, mine.keySet());
                    if (System.nanoTime() - deadline >= 0) {
                        run(List.copyOf(mine.values()));
                        mine.clear();
                    } else if (!mine.isEmpty()) {
                        encodeFree(mine);
                    }
                }
            } catch (RuntimeException | Error e) {
                abandon(mine, e);
                throw e;
            }
        }

        private void encodeFree(Map<CacheKey, Miss> mine) {
            if (mine.isEmpty()) {
                return;
            }
            Set<CacheKey> free = parts.leases().acquire(mine.keySet());
            try {
                takePublished(free, mine);
                run(free.stream().map(mine::get).filter(Objects::nonNull).toList());
                mine.keySet().removeAll(free);
            } finally {
                parts.leases().release(free);
            }
        }

        /**
         * What another process published between our look-up and our lease is the answer; it can publish no more now.
         */
        private void takePublished(Set<CacheKey> free, Map<CacheKey, Miss> mine) {
            List<CacheKey> unanswered =
                    free.stream().filter(key -> !unusable.contains(key)).toList();
            if (parts.leases().inUse() && !unanswered.isEmpty()) {
                take(mine, unanswered);
            }
        }

        /** Serves those of {@code mine} under {@code keys} that turn out to be answered by somebody else. */
        private void take(Map<CacheKey, Miss> mine, Collection<CacheKey> keys) {
            EntryReader.Answers answers = lookup(generation, List.copyOf(keys));
            unusable.addAll(answers.unusable());
            answers.answers().forEach((key, found) -> {
                Miss miss = mine.remove(key);
                if (miss != null) {
                    generation.flights().land(key, miss.flight(), found);
                    results.put(key, served(miss.contentHash(), key, found.as(Source.SHARED)));
                }
            });
        }

        private void abandon(Map<CacheKey, Miss> mine, Throwable cause) {
            CacheException error = new CacheException("the encoding of this batch was broken off", cause);
            mine.forEach((key, miss) -> generation.flights().fail(key, miss.flight(), error));
        }

        private void run(List<Miss> misses) {
            if (!misses.isEmpty()) {
                new MissRun<>(
                                parts,
                                generation,
                                tenant,
                                encoder,
                                unusable,
                                (miss, outcome) -> results.put(miss.key(), outcome))
                        .run(misses);
            }
        }

        private void sleep(long millis) {
            try {
                TimeUnit.MILLISECONDS.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CacheException("interrupted while another process encodes these images", e);
            }
        }
    }

    /**
     * Forgets keys, in the store and all that is in memory. An entry that links to one of them is no answer any more.
     *
     * @return how many the store had
     * @throws dev.embedonce.error.StoreUnavailableException if the store fails; it may have forgotten some
     */
    public long invalidate(Collection<CacheKey> keys) {
        return parts.generations().delete(() -> store.removeAll(keys));
    }

    /** As {@link #invalidate}, for all keys that one of {@code selections} selects. */
    public long forget(Collection<Selection> selections) {
        return parts.generations().delete(() -> {
            Invalidation invalidation = new Invalidation(store);
            return selections.stream()
                    .mapToLong(selection -> invalidation.run(selection, CareProgress.NONE))
                    .sum();
        });
    }

    /**
     * A number that grows whenever something has been deleted: at once if by this cache or one of its views, within
     * {@link Builder#followDeletions} if by others. What somebody keeps beside the cache is to be dropped when it does.
     */
    public long deletions() {
        return parts.generations().look().number();
    }

    /** What this cache has done since it was opened; tenants' views share it. */
    @Override
    public CacheStats stats() {
        return parts.counters().snapshot();
    }

    /** What lies in memory at this moment; tenants' views share it. */
    public HeapStats heapStats() {
        return parts.generations().current().heap().stats();
    }

    /** The store underneath, for looking after it. Closed with the cache. */
    public CacheStore store() {
        return store;
    }

    /** Gives back leases, records usage and closes the store. Views of tenants close with it. Idempotent. */
    @Override
    public void close() {
        usage.flush();
        parts.leases().close();
        parts.generations().clear();
        store.close();
    }

    /** Settings of a cache. */
    public static final class Builder {
        private final CacheStore store;
        private long heapBytes = 64L << 20;
        private ContentHasher hasher = ContentHasher.sha256();
        private @Nullable SealKeys sealKeys;
        private boolean trustForeign;
        private Duration leaseDuration = Duration.ofSeconds(30);
        private Duration leaseWait = Duration.ofMinutes(5);
        private Duration followDeletions = Duration.ofSeconds(1);
        private Clock clock = Clock.systemUTC();

        private Builder(CacheStore store) {
            this.store = store;
        }

        /** The most bytes of tensors to keep in memory; 0 for no memory tier. Default 64 MiB. */
        public Builder heapBytes(long bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("heapBytes must not be negative; found " + bytes);
            }
            this.heapBytes = bytes;
            return this;
        }

        /** How content is hashed. Default SHA-256. */
        public Builder hasher(ContentHasher hasher) {
            this.hasher = hasher;
            return this;
        }

        /** Seals new entries and refuses unsealed ones. */
        public Builder sealKeys(@Nullable SealKeys keys) {
            this.sealKeys = keys;
            return this;
        }

        /** Whether rows that other programs wrote may be answers. Default no. */
        public Builder trustForeign(boolean trust) {
            this.trustForeign = trust;
            return this;
        }

        /** How long another process waits for one that died while encoding. Default 30 s. */
        public Builder leaseDuration(Duration duration) {
            if (duration.toMillis() < 1) {
                throw new IllegalArgumentException("leaseDuration is at least a millisecond; found " + duration);
            }
            this.leaseDuration = duration;
            return this;
        }

        /** How long to wait for other processes before encoding anyway. Default 5 minutes. */
        public Builder leaseWait(Duration wait) {
            this.leaseWait = wait;
            return this;
        }

        /**
         * How soon, at the latest, a call follows what others have deleted from the store, if the store answers. The
         * store is asked for one number that often, and around every write. Zero asks at every call. Default 1 s.
         */
        public Builder followDeletions(Duration interval) {
            if (interval.isNegative()) {
                throw new IllegalArgumentException("followDeletions must not be negative; found " + interval);
            }
            this.followDeletions = interval;
            return this;
        }

        /** Dates new entries. */
        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        public FeatureCache build() {
            return new FeatureCache(this);
        }
    }
}
