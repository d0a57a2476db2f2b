package dev.embedonce.cache.internal;

import dev.embedonce.codec.EntryCodec;
import java.time.Clock;

/** What the views of one cache share. */
public record CacheParts(
        EntryReader reader,
        EntryWriter writer,
        Generations generations,
        EntryCodec codec,
        CacheCounters counters,
        Leases leases,
        Clock clock) {}
