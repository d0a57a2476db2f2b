package dev.embedonce.care;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoredInfo;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Copies entries into a store, from another one or from wherever records lie: verified on the way out, first writer
 * wins on the way in. Broken off in the middle, it has copied some, and doing it again copies the rest. This is also
 * how rows of another program become entries of ours: whoever imports them vouches for them, and from then on they
 * carry a checksum. Not thread-safe.
 */
public final class Transfer {

    /**
     * What happened.
     *
     * @param copied written to the target
     * @param present already there, left as they were
     * @param adopted of the copied ones, rows of another program
     * @param skipped not answers, or rows of another program that were not to be adopted; left out
     */
    public record Report(long copied, long present, long adopted, long skipped) {}

    private final CacheStore to;
    private final EntryCodec reading;
    private final EntryCodec writing;
    private final boolean adoptForeign;

    private long copied;
    private long present;
    private long adopted;
    private long skipped;

    /**
     * Prepares a copy.
     *
     * @param reading checks what comes out
     * @param writing seals what goes into {@code to}
     * @param adoptForeign whether rows of other programs are taken too
     */
    public Transfer(CacheStore to, EntryCodec reading, EntryCodec writing, boolean adoptForeign) {
        this.to = to;
        this.reading = reading;
        this.writing = writing;
        this.adoptForeign = adoptForeign;
    }

    /** Copies the selected entries of a store. */
    public Report run(CacheStore from, Selection selection, CareProgress progress) {
        long total = from.stats().entries();
        KeyBatches.forEach(from, selection, info -> true, batch -> {
            copy(from.getAll(batch.stream().map(StoredInfo::key).toList()));
            progress.at(copied + present + skipped, total);
        });
        return report();
    }

    /** What has happened so far. */
    public Report report() {
        return new Report(copied, present, adopted, skipped);
    }

    /** Copies what was found, wherever that was. */
    public void copy(Map<CacheKey, Stored> all) {
        Map<CacheKey, Stored.Sealed> records = new LinkedHashMap<>();
        long foreign = 0;
        for (Map.Entry<CacheKey, Stored> found : all.entrySet()) {
            CacheKey key = found.getKey();
            Lookup lookup = reading.decode(key, found.getValue());
            if (lookup instanceof Lookup.Hit hit) {
                records.put(key, writing.encode(key, hit.entry()));
            } else if (lookup instanceof Lookup.Link link) {
                records.put(key, writing.encodeLink(key, link.target(), link.provenance()));
            } else if (lookup instanceof Lookup.Foreign row && adoptForeign) {
                records.put(key, writing.encode(key, row.entry()));
                foreign++;
            } else {
                skipped++;
            }
        }
        if (!records.isEmpty()) {
            int already = to.putAllIfAbsent(records).size();
            present += already;
            copied += records.size() - already;
            adopted += foreign;
        }
    }
}
