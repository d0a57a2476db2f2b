package dev.embedonce.testkit;

import dev.embedonce.codec.BlobLayout;
import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.store.memory.MemoryStore;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

class MemoryStoreContractTest extends CacheStoreContract implements CorruptionContract {
    private final Map<CacheKey, ByteBuffer> raw = new HashMap<>();

    @Override
    public String newUrl() {
        return "memory:";
    }

    @Override
    public StoreCapabilities capabilities() {
        return new StoreCapabilities(false, false, Long.MAX_VALUE);
    }

    @Override
    public Optional<CacheStore> open(String url, Clock clock) {
        return Optional.of(new MemoryStore(clock));
    }

    @Override
    public void tamper(
            String url,
            CacheStore store,
            CacheKey key,
            UnaryOperator<byte[]> onHeader,
            UnaryOperator<byte[]> onPayload) {
        if (!(store.getAll(List.of(key)).get(key) instanceof Stored.Sealed record)) {
            throw new AssertionError("the memory store holds nothing else");
        }
        // what its callers get out of a store that lays its entries out as others do
        ByteBuffer payload = raw.computeIfAbsent(key, k -> BlobLayout.payload(record));
        byte[] bytes = new byte[payload.remaining()];
        payload.duplicate().get(bytes);
        ByteBuffer header = ByteBuffer.wrap(onHeader.apply(record.headerBytes()));
        ByteBuffer changed = ByteBuffer.wrap(onPayload.apply(bytes));
        raw.put(key, changed);
        store.replaceAll(Map.of(key, BlobLayout.record(header, changed)));
    }
}
