package dev.embedonce.cache;

import dev.embedonce.codec.EntryCodec;
import java.time.Clock;

/** What the views of one cache share. */
record CacheParts(
        EntryReader reader,
        EntryWriter writer,
        Generations generations,
        EntryCodec codec,
        CacheCounters counters,
        Leases leases,
        Clock clock) {}
