package dev.embedonce.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.error.StoreInterruptedException;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.LeaseTable;
import dev.embedonce.store.memory.MemoryStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LeasesTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Set<CacheKey> KEYS = Set.of(
            new CacheKey("m", "p", ContentHasher.sha256().hash("a".getBytes(StandardCharsets.UTF_8))),
            new CacheKey("m", "p", ContentHasher.sha256().hash("b".getBytes(StandardCharsets.UTF_8))));

    private final AtomicLong now = new AtomicLong();
    private final MemoryStore memory = new MemoryStore();
    private final LeaseTable table = memory.leases().orElseThrow();
    private final AtomicInteger renewals = new AtomicInteger();
    private final Semaphore renewed = new Semaphore(0);
    private volatile @Nullable RuntimeException failure;

    /** The memory store, whose lease table throws {@link #failure} if there is one. */
    private final CacheStore store = proxy(CacheStore.class, memory, name -> {});

    private final Leases leases = new Leases(new StoreGuard(store, now::get), LONG);

    private interface Before {
        void call(String method);
    }

    private <T> T proxy(Class<T> type, Object target, Before before) {
        return type.cast(Proxy.newProxyInstance(
                LeasesTest.class.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    before.call(method.getName());
                    try {
                        Object answer = method.invoke(target, arguments);
                        return method.getName().equals("leases")
                                ? Optional.of(proxy(LeaseTable.class, table, this::leaseCall))
                                : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private void leaseCall(String method) {
        if (method.equals("renew")) {
            renewals.incrementAndGet();
            renewed.release();
        }
        RuntimeException fault = failure;
        if (fault != null) {
            throw fault;
        }
    }

    private Set<CacheKey> freeForOthers() {
        Set<CacheKey> free = table.tryAcquire(KEYS, "other", LONG);
        table.release(KEYS, "other");
        return free;
    }

    @AfterEach
    void close() {
        Thread.interrupted();
        leases.close();
    }

    @Test
    void release_whileTheStoreRests_isDoneOnceItAnswers() {
        assertThat(leases.acquire(KEYS)).isEqualTo(KEYS);
        failure = new StoreUnavailableException("refused");
        leases.release(KEYS);
        assertThat(freeForOthers()).isEmpty();
        leases.keepUp();
        assertThat(freeForOthers()).as("the store still rests").isEmpty();
        failure = null;
        now.addAndGet(TimeUnit.SECONDS.toNanos(31));
        leases.keepUp();
        assertThat(freeForOthers()).isEqualTo(KEYS);
        assertThat(renewals).as("what was given back is not renewed").hasValue(0);
    }

    @Test
    void release_interruptedCaller_goesOnAndIsDoneLater() {
        assertThat(leases.acquire(KEYS)).isEqualTo(KEYS);
        failure = new StoreInterruptedException("interrupted");
        leases.release(KEYS);
        failure = null;
        leases.keepUp();
        assertThat(freeForOthers()).isEqualTo(KEYS);
    }

    /** The store may have given the leases before its answer was lost. */
    @Test
    void release_afterAcquireWhoseAnswerWasLost_releases() {
        table.tryAcquire(KEYS, leases.owner(), LONG);
        failure = new StoreUnavailableException("the connection was lost");
        assertThat(leases.acquire(KEYS)).as("the caller works on").isEqualTo(KEYS);
        leases.release(KEYS);
        failure = null;
        now.addAndGet(TimeUnit.SECONDS.toNanos(31));
        leases.keepUp();
        assertThat(freeForOthers()).isEqualTo(KEYS);
    }

    @Test
    void release_keysTakenAgainMeanwhile_areKept() {
        leases.acquire(KEYS);
        failure = new StoreInterruptedException("interrupted");
        leases.release(KEYS);
        failure = null;
        assertThat(leases.acquire(KEYS)).isEqualTo(KEYS);
        leases.keepUp();
        assertThat(freeForOthers()).isEmpty();
        assertThat(renewals).hasValue(1);
    }

    @Test
    void close_afterAReleaseThatFailed_releases() {
        leases.acquire(KEYS);
        failure = new StoreInterruptedException("interrupted");
        leases.release(KEYS);
        failure = null;
        leases.close();
        assertThat(freeForOthers()).isEqualTo(KEYS);
    }

    /** Whatever the store throws, the next renewal comes. */
    @Test
    void renewal_unexpectedException_goesOn() throws Exception {
        try (Leases brief = new Leases(new StoreGuard(store), Duration.ofMillis(30))) {
            brief.acquire(KEYS);
            failure = new IllegalStateException("nobody expects this");
            renewed.acquire(3);
            failure = null;
            renewed.drainPermits();
            renewed.acquire(2);
        }
    }
}
