package dev.embedonce.lab.experiment;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What somebody with access to the store can do to its entries. */
enum Tampering {
    /** The article's own test, with every row. */
    ZERO_VECTORS("vector overwritten with zeros", "CRC32C") {
        @Override
        Stored.Sealed spoil(CacheKey key, Stored.Sealed own, Stored.Sealed neighbour) {
            return new Stored.Sealed(own.headerBytes(), new byte[own.dataBytes().length]);
        }
    },
    /** Each key gets the whole row of the next one, which is intact, checksum included. */
    SWAPPED_ROWS("rows swapped", "key echo in the entry") {
        @Override
        Stored.Sealed spoil(CacheKey key, Stored.Sealed own, Stored.Sealed neighbour) {
            return neighbour;
        }
    },
    /** The checksum is the last four bytes of a header. */
    SPOILT_CHECKSUMS("checksum overwritten", "CRC32C") {
        @Override
        Stored.Sealed spoil(CacheKey key, Stored.Sealed own, Stored.Sealed neighbour) {
            byte[] header = own.headerBytes();
            header[header.length - 1] ^= 1;
            return new Stored.Sealed(header, own.dataBytes());
        }
    },
    /** Whoever knows the format can make a valid entry with any content, but cannot seal it. */
    FORGED("vector and checksum forged", "nothing: a checksum proves that nothing was damaged, not who wrote it") {
        @Override
        Stored.Sealed spoil(CacheKey key, Stored.Sealed own, Stored.Sealed neighbour) {
            float[] vector = new float[own.dataBytes().length / Float.BYTES];
            vector[0] = 1;
            Entry entry = Entry.of(Embedding.of(vector), Provenance.unknown(Instant.now()));
            return new EntryCodec(null).encode(key, entry);
        }
    };

    private final String label;
    private final String noticedBy;

    Tampering(String label, String noticedBy) {
        this.label = label;
        this.noticedBy = noticedBy;
    }

    String label() {
        return label;
    }

    /** What notices it in a cache without a seal. */
    String noticedBy() {
        return noticedBy;
    }

    abstract Stored.Sealed spoil(CacheKey key, Stored.Sealed own, Stored.Sealed neighbour);

    /** Does it to all of {@code keys}. */
    void tamper(CacheStore store, List<CacheKey> keys) {
        Map<CacheKey, Stored> found = store.getAll(keys);
        Map<CacheKey, Stored.Sealed> spoilt = new HashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            CacheKey neighbour = keys.get((i + 1) % keys.size());
            spoilt.put(keys.get(i), spoil(keys.get(i), entry(found, keys.get(i)), entry(found, neighbour)));
        }
        store.replaceAll(spoilt);
    }

    private static Stored.Sealed entry(Map<CacheKey, Stored> found, CacheKey key) {
        return (Stored.Sealed) Objects.requireNonNull(found.get(key), "stored just now");
    }
}
