package dev.embedonce.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoredInfo;
import dev.embedonce.value.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Assertions that several contracts share. Stateless. */
final class StoreAssertions {
    static final EntryCodec CODEC = new EntryCodec(null);

    private StoreAssertions() {}

    /** Fails unless {@code store} has exactly these header and data bytes under each key. */
    static void assertHolds(CacheStore store, Map<CacheKey, Stored.Sealed> expected) {
        Map<CacheKey, Stored> found = store.getAll(expected.keySet());
        assertThat(found.keySet()).as("keys found").isEqualTo(expected.keySet());
        expected.forEach((key, record) -> assertSame(found.get(key), record));
    }

    /** Fails unless {@code found} is {@code record}, bit for bit. */
    static void assertSame(@org.jspecify.annotations.Nullable Stored found, Stored.Sealed record) {
        assertThat(found).isInstanceOf(Stored.Sealed.class);
        if (found instanceof Stored.Sealed sealed) {
            // a boolean comparison: a failure must not print 64 MiB
            assertThat(sealed.header().equals(record.header()))
                    .as("the header of %s bytes came back as it was; found %s bytes", record.header(), sealed.header())
                    .isTrue();
            assertThat(sealed.data().equals(record.data()))
                    .as("the data came back as it was: %s, found %s", record.data(), sealed.data())
                    .isTrue();
        }
    }

    /** Fails unless what lies under {@code key} decodes to {@code entry}. */
    static void assertHit(CacheStore store, CacheKey key, Entry entry) {
        Lookup lookup = lookup(store, key);
        assertThat(lookup).isInstanceOf(Lookup.Hit.class);
        if (lookup instanceof Lookup.Hit hit) {
            assertThat(hit.entry().equals(entry))
                    .as("the entry is the one stored")
                    .isTrue();
        }
    }

    /** What lies under {@code key}, decoded. */
    static Lookup lookup(CacheStore store, CacheKey key) {
        Stored stored = store.getAll(List.of(key)).get(key);
        assertThat(stored).as("something is stored under %s", key).isNotNull();
        return stored == null
                ? new Lookup.Corrupt(dev.embedonce.codec.Corruption.DAMAGED, "")
                : CODEC.decode(key, stored);
    }

    /** The whole listing. */
    static List<StoredInfo> list(CacheStore store, Selection selection) {
        List<StoredInfo> infos = new ArrayList<>();
        try (StoreScan scan = store.scan(selection)) {
            scan.forEachRemaining(infos::add);
        }
        return infos;
    }
}
