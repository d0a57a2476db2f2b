package dev.embedonce.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.embedonce.codec.Stored;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.LeaseTable;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoreStats;
import dev.embedonce.store.memory.MemoryStore;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Stores that are wrong in one way each: the contract must notice. */
class ContractCatchesTest {
    /** The fault of the store that the contract is run on. */
    private static volatile Fault fault = Fault.NONE;

    enum Fault {
        /** The control: nothing is wrong, so nothing may fail. */
        NONE(""),
        LAST_WRITER_WINS("putAllIfAbsent_presentKeys_keepsTheFirstAndNamesThem"),
        PRESENT_KEYS_UNNAMED("putAllIfAbsent_presentKeys_keepsTheFirstAndNamesThem"),
        DATA_CUT_SHORT("get_vectorsOfManyLengths_areBitExact"),
        MODEL_NOT_IN_KEY("get_keysThatDifferInOnePart_areApart"),
        VERSIONS_WITHOUT_CASE("get_oddVersions_areApart"),
        HASH_CUT_SHORT("get_longHashes_areApart"),
        REMOVAL_COUNTS_WRONG("removeAll_someKeys_countsThemAndLeavesTheRest"),
        SCAN_IGNORES_SELECTION("scan_everySelection_listsExactlyWhatMatches"),
        STATS_MISS_BYTES("stats_countEntriesAndBytesByVersions"),
        COUNTERS_OVERWRITE("counters_addUp"),
        REPLACE_KEEPS_THE_FIRST("replaceAll_presentAndAbsentKeys_holdTheLast"),
        LEASE_FOR_EVERYONE("tryAcquire_freeKeys_areTheOwnersAndNobodyElses"),
        USABLE_AFTER_CLOSE("anyMethod_afterClose_isRefused");

        private final String caughtBy;

        Fault(String caughtBy) {
            this.caughtBy = caughtBy;
        }
    }

    @ParameterizedTest
    @EnumSource
    void contract_wrongStore_fails(Fault wrong) {
        fault = wrong;
        Set<String> failed = new TreeSet<>();
        Set<String> ran = ConcurrentHashMap.newKeySet();
        Launcher launcher = LauncherFactory.create();
        launcher.registerTestExecutionListeners(new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                String name = test.getDisplayName().replaceFirst("\\(.*", "");
                ran.add(name);
                if (test.isTest() && result.getStatus() == TestExecutionResult.Status.FAILED) {
                    failed.add(name);
                }
            }
        });
        LauncherDiscoveryRequest contract = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(OnAWrongStore.class))
                .filters((PostDiscoveryFilter) test -> FilterResult.includedIf(!isLong(test.getDisplayName())))
                .build();
        launcher.execute(contract);
        assertThat(ran).hasSizeGreaterThan(15);
        if (wrong == Fault.NONE) {
            assertThat(failed).isEmpty();
        } else {
            assertThat(failed).contains(wrong.caughtBy);
        }
    }

    /** Tests that take long. */
    private static boolean isLong(String name) {
        return name.contains("64MiB") || name.contains("10000") || name.contains("whileRemoving");
    }

    /** What the contract says about one handle. Run by the test above only. */
    static class OnAWrongStore implements RoundTripContract, BatchContract, ScanContract, LeaseContract {
        @Override
        public String newUrl() {
            return "memory:";
        }

        @Override
        public StoreCapabilities capabilities() {
            return new StoreCapabilities(false, false, Long.MAX_VALUE);
        }

        @Override
        public CacheStore open(String url) {
            return new WrongStore(fault);
        }
    }

    private static final class WrongStore implements CacheStore {
        private final MemoryStore store = new MemoryStore();
        private final Fault wrong;

        WrongStore(Fault wrong) {
            this.wrong = wrong;
        }

        private CacheKey kept(CacheKey key) {
            return switch (wrong) {
                case MODEL_NOT_IN_KEY -> new CacheKey("model", key.preprocVersion(), key.contentHash());
                case VERSIONS_WITHOUT_CASE ->
                    new CacheKey(key.modelVersion().toLowerCase(Locale.ROOT), key.preprocVersion(), key.contentHash());
                case HASH_CUT_SHORT ->
                    key.withContentHash(new ContentHash(key.contentHash().hex().substring(0, 64)));
                default -> key;
            };
        }

        private Map<CacheKey, Stored.Sealed> kept(Map<CacheKey, Stored.Sealed> records) {
            Map<CacheKey, Stored.Sealed> kept = new HashMap<>();
            records.forEach((key, record) -> {
                boolean cut = wrong == Fault.DATA_CUT_SHORT && record.data().remaining() > 100_000;
                kept.put(
                        kept(key),
                        cut ? new Stored.Sealed(record.header(), record.data().limit(100_000)) : record);
            });
            return kept;
        }

        @Override
        public String description() {
            return "wrong: " + wrong;
        }

        @Override
        public StoreCapabilities capabilities() {
            return store.capabilities();
        }

        @Override
        public Map<CacheKey, Stored> getAll(Collection<CacheKey> keys) {
            Map<CacheKey, Stored> found = new HashMap<>();
            for (CacheKey key : keys) {
                Stored stored = store.getAll(List.of(kept(key))).get(kept(key));
                if (stored != null) {
                    found.put(key, stored);
                }
            }
            return found;
        }

        @Override
        public Set<CacheKey> putAllIfAbsent(Map<CacheKey, Stored.Sealed> records) {
            Set<CacheKey> present = new HashSet<>();
            for (CacheKey key : records.keySet()) {
                if (getAll(List.of(key)).containsKey(key)) {
                    present.add(key);
                }
            }
            if (wrong == Fault.LAST_WRITER_WINS) {
                store.replaceAll(kept(records));
            } else {
                store.putAllIfAbsent(kept(records));
            }
            return wrong == Fault.PRESENT_KEYS_UNNAMED ? Set.of() : present;
        }

        @Override
        public void replaceAll(Map<CacheKey, Stored.Sealed> records) {
            if (wrong == Fault.REPLACE_KEEPS_THE_FIRST) {
                putAllIfAbsent(records);
            } else {
                store.replaceAll(kept(records));
            }
        }

        @Override
        public long removeAll(Collection<CacheKey> keys) {
            long removed = store.removeAll(keys.stream().map(this::kept).toList());
            return wrong == Fault.REMOVAL_COUNTS_WRONG ? keys.size() : removed;
        }

        @Override
        public StoreScan scan(Selection selection) {
            return store.scan(wrong == Fault.SCAN_IGNORES_SELECTION ? Selection.ALL : selection);
        }

        @Override
        public StoreStats stats() {
            StoreStats stats = store.stats();
            return wrong == Fault.STATS_MISS_BYTES
                    ? new StoreStats(stats.entries(), stats.sizeBytes() / 2, stats.versions())
                    : stats;
        }

        @Override
        public void addCounters(Map<String, Long> deltas) {
            Map<String, Long> before = store.counters();
            store.addCounters(deltas);
            if (wrong == Fault.COUNTERS_OVERWRITE) {
                Map<String, Long> back = new HashMap<>();
                deltas.keySet().forEach(name -> back.put(name, -before.getOrDefault(name, 0L)));
                store.addCounters(back);
            }
        }

        @Override
        public Map<String, Long> counters() {
            return store.counters();
        }

        @Override
        public Optional<LeaseTable> leases() {
            LeaseTable leases = store.leases().orElseThrow();
            return Optional.of(wrong == Fault.LEASE_FOR_EVERYONE ? new Generous(leases) : leases);
        }

        @Override
        public void close() {
            if (wrong != Fault.USABLE_AFTER_CLOSE) {
                store.close();
            }
        }
    }

    private record Generous(LeaseTable leases) implements LeaseTable {
        @Override
        public Set<CacheKey> tryAcquire(Collection<CacheKey> keys, String owner, Duration duration) {
            leases.tryAcquire(keys, owner, duration);
            return Set.copyOf(keys);
        }

        @Override
        public Set<CacheKey> renew(Collection<CacheKey> keys, String owner, Duration duration) {
            return leases.renew(keys, owner, duration);
        }

        @Override
        public void release(Collection<CacheKey> keys, String owner) {
            leases.release(keys, owner);
        }
    }
}
