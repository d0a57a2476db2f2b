package dev.embedonce.testkit;

import dev.embedonce.store.CacheStore;
import dev.embedonce.store.MemoryStore;
import dev.embedonce.store.StoreCapabilities;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class MemoryStoreContractTest extends CacheStoreContract {
    @Override
    public String newUrl() {
        return "memory:";
    }

    @Override
    public StoreCapabilities capabilities() {
        return new StoreCapabilities(false, false, Integer.MAX_VALUE);
    }

    @Override
    public Optional<CacheStore> open(String url, Clock clock) {
        return Optional.of(new MemoryStore(clock));
    }

    @Override
    @Test
    @Disabled("the memory store takes any record that the heap takes, whatever its capabilities say")
    public void put_oversizeRecord_isRefusedAndNothingIsStored(Path folder) {}
}
