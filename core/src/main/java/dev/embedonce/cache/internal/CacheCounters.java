package dev.embedonce.cache.internal;

import dev.embedonce.codec.Corruption;
import dev.embedonce.feature.CacheStats;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Source;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** The counters behind {@link CacheStats}. Thread-safe. */
public final class CacheCounters {
    private final ConcurrentMap<Source, LongAdder> served = new ConcurrentHashMap<>();
    private final ConcurrentMap<Corruption, LongAdder> corrupt = new ConcurrentHashMap<>();
    final LongAdder failed = new LongAdder();
    final LongAdder foreignSkipped = new LongAdder();
    final LongAdder healed = new LongAdder();
    final LongAdder conflicts = new LongAdder();
    public final LongAdder storeReadFailures = new LongAdder();
    final LongAdder storeWriteFailures = new LongAdder();
    public final LongAdder hashNanos = new LongAdder();
    public final LongAdder lookupNanos = new LongAdder();
    final LongAdder prepareNanos = new LongAdder();
    final LongAdder encodeNanos = new LongAdder();
    final LongAdder storeNanos = new LongAdder();
    final LongAdder savedEncodeNanos = new LongAdder();

    void corrupt(Corruption reason) {
        corrupt.computeIfAbsent(reason, r -> new LongAdder()).increment();
    }

    public void count(Outcome outcome) {
        if (outcome instanceof Outcome.Served answer) {
            served.computeIfAbsent(answer.source(), s -> new LongAdder()).increment();
            if (answer.source().isReuse()) {
                savedEncodeNanos.add(answer.entry().provenance().encodeNanos());
            }
        } else {
            failed.increment();
        }
    }

    public CacheStats snapshot() {
        Map<Corruption, Long> reasons = new EnumMap<>(Corruption.class);
        corrupt.forEach((reason, count) -> reasons.put(reason, count.sum()));
        long images = failed.sum();
        for (LongAdder count : served.values()) {
            images += count.sum();
        }
        return new CacheStats(
                images,
                of(Source.MEMORY),
                of(Source.STORE),
                of(Source.FOREIGN),
                of(Source.SHARED),
                of(Source.PIXELS),
                of(Source.ENCODED),
                failed.sum(),
                reasons,
                foreignSkipped.sum(),
                healed.sum(),
                conflicts.sum(),
                storeReadFailures.sum(),
                storeWriteFailures.sum(),
                hashNanos.sum(),
                lookupNanos.sum(),
                prepareNanos.sum(),
                encodeNanos.sum(),
                storeNanos.sum(),
                savedEncodeNanos.sum());
    }

    private long of(Source source) {
        LongAdder count = served.get(source);
        return count == null ? 0 : count.sum();
    }
}
