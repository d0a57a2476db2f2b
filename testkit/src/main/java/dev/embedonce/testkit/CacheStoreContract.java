package dev.embedonce.testkit;

/**
 * What every {@link dev.embedonce.store.CacheStore} must do, as tests. A store's module has one subclass:
 *
 * <pre>{@code
 * class FooStoreContractTest extends CacheStoreContract {
 *     public String newUrl() { return "foo:" + ...; }
 *     public StoreCapabilities capabilities() { return new StoreCapabilities(true, true, 1L << 31); }
 * }
 * }</pre>
 *
 * {@link CorruptionContract} is for every store, {@link CrashContract} for every durable one, {@link FolderContract}
 * for those that live in a folder. The system property {@code embedonce.soak} set to {@code true} makes the tests that
 * run against the clock run for a minute each. Random tests are seeded; {@code embedonce.seed} sets another seed.
 */
public abstract class CacheStoreContract
        implements RoundTripContract,
                BatchContract,
                ScanContract,
                HandlesContract,
                LeaseContract,
                DeletionContract,
                ConcurrencyContract,
                InterruptionContract {}
