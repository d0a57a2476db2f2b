package dev.embedonce.care;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoredInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Copies entries from one store to another: verified on the way out, first writer wins on the way in. Broken off in the
 * middle, it has copied some, and doing it again copies the rest. This is also how rows of another program become
 * entries of ours: whoever imports them vouches for them, and from then on they carry a checksum.
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

    private final CacheStore from;
    private final CacheStore to;
    private final EntryCodec reading;
    private final EntryCodec writing;
    private final boolean adoptForeign;
    private final CareProgress progress;

    private long copied;
    private long present;
    private long adopted;
    private long skipped;

    /**
     * Prepares a copy.
     *
     * @param reading checks what comes out of {@code from}
     * @param writing seals what goes into {@code to}
     * @param adoptForeign whether rows of other programs are taken too
     */
    public Transfer(
            CacheStore from,
            CacheStore to,
            EntryCodec reading,
            EntryCodec writing,
            boolean adoptForeign,
            CareProgress progress) {
        this.from = from;
        this.to = to;
        this.reading = reading;
        this.writing = writing;
        this.adoptForeign = adoptForeign;
        this.progress = progress;
    }

    /** Copies the selected entries. */
    public Report run(Selection selection) {
        long total = from.stats().entries();
        KeyBatches.forEach(from, selection, info -> true, batch -> {
            copy(batch.stream().map(StoredInfo::key).toList());
            progress.at(copied + present + skipped, total);
        });
        return new Report(copied, present, adopted, skipped);
    }

    private void copy(List<CacheKey> keys) {
        Map<CacheKey, Stored.Sealed> records = new LinkedHashMap<>();
        long foreign = 0;
        for (Map.Entry<CacheKey, Stored> found : from.getAll(keys).entrySet()) {
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
