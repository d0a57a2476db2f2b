package dev.embedonce.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.LeaseTable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Leases, which say who works on what. A store that several processes may share has them; another one may. */
public interface LeaseContract extends StoreFixture {
    /** Longer than any test. */
    Duration LONG = Duration.ofHours(1);

    private LeaseTable leases(CacheStore store) {
        Optional<LeaseTable> leases = store.leases();
        assertThat(leases).as("the leases of a store that can have them").isPresent();
        return leases.orElseThrow();
    }

    private boolean none(CacheStore store) {
        if (store.leases().isPresent()) {
            return false;
        }
        assertThat(capabilities().shared())
                .as("a shared store without leases would encode everything in every process")
                .isFalse();
        return true;
    }

    private static Set<CacheKey> keys(int from, int to) {
        return TestEntries.batch(from, to).keySet();
    }

    @Test
    default void tryAcquire_freeKeys_areTheOwnersAndNobodyElses() throws Exception {
        try (CacheStore store = open(newUrl())) {
            if (none(store)) {
                return;
            }
            LeaseTable leases = leases(store);
            assertThat(leases.tryAcquire(List.of(), "a", LONG)).isEmpty();
            assertThat(leases.tryAcquire(keys(0, 10), "a", LONG)).isEqualTo(keys(0, 10));
            assertThat(leases.tryAcquire(keys(5, 15), "b", LONG)).isEqualTo(keys(10, 15));
            assertThat(leases.tryAcquire(keys(0, 15), "a", LONG))
                    .as("one's own again")
                    .isEqualTo(keys(0, 10));
            List<CacheKey> twice = List.of(TestEntries.key(20), TestEntries.key(20));
            assertThat(leases.tryAcquire(twice, "a", LONG)).containsExactly(TestEntries.key(20));
            assertThat(store.getAll(keys(0, 15))).as("leases are not entries").isEmpty();
            assertThat(store.stats().entries()).isZero();
        }
    }

    @Test
    default void tryAcquire_batchOf10000_isDoneInFull() throws Exception {
        try (CacheStore store = open(newUrl())) {
            if (none(store)) {
                return;
            }
            LeaseTable leases = leases(store);
            Set<CacheKey> all = keys(0, 10_000);
            assertThat(leases.tryAcquire(all, "a", LONG)).isEqualTo(all);
            assertThat(leases.tryAcquire(all, "b", LONG)).isEmpty();
            assertThat(leases.renew(all, "a", LONG)).isEqualTo(all);
            leases.release(all, "a");
            assertThat(leases.tryAcquire(all, "b", LONG)).isEqualTo(all);
        }
    }

    /** Keys that differ in one part only have leases of their own. */
    @Test
    default void tryAcquire_similarKeys_areApart() throws Exception {
        try (CacheStore store = open(newUrl())) {
            if (none(store)) {
                return;
            }
            LeaseTable leases = leases(store);
            List<CacheKey> keys = List.of(
                    new CacheKey("m", "p", TestEntries.hash(1)),
                    new CacheKey("m2", "p", TestEntries.hash(1)),
                    new CacheKey("m", "p2", TestEntries.hash(1)),
                    new CacheKey("m", "p", TestEntries.hash(2)),
                    new CacheKey("m", "p", TestEntries.hash(1, 64)),
                    new CacheKey("漢".repeat(CacheKey.MAX_VERSION_LENGTH), "it's %", TestEntries.hash(1)));
            for (CacheKey key : keys) {
                assertThat(leases.tryAcquire(List.of(key), "owner of " + keys.indexOf(key), LONG))
                        .containsExactly(key);
            }
            assertThat(leases.tryAcquire(keys, "b", LONG)).isEmpty();
            for (CacheKey key : keys) {
                leases.release(keys, "owner of " + keys.indexOf(key));
                assertThat(leases.tryAcquire(keys, "b", LONG))
                        .containsExactlyInAnyOrderElementsOf(keys.subList(0, keys.indexOf(key) + 1));
            }
        }
    }

    @Test
    default void release_ownAndForeignLeases_freesOnlyOnesOwn() throws Exception {
        try (CacheStore store = open(newUrl())) {
            if (none(store)) {
                return;
            }
            LeaseTable leases = leases(store);
            leases.tryAcquire(keys(0, 4), "a", LONG);
            leases.release(keys(0, 4), "b");
            assertThat(leases.tryAcquire(keys(0, 4), "b", LONG)).isEmpty();
            leases.release(keys(0, 2), "a");
            leases.release(keys(0, 2), "a");
            leases.release(keys(100, 102), "a");
            leases.release(List.of(), "a");
            assertThat(leases.tryAcquire(keys(0, 4), "b", LONG)).isEqualTo(keys(0, 2));
            assertThat(leases.renew(keys(0, 4), "a", LONG)).isEqualTo(keys(2, 4));
        }
    }

    @Test
    default void tryAcquire_expiredLease_isTakenOverAndTheFormerOwnerIsTold() throws Exception {
        try (CacheStore store = open(newUrl())) {
            if (none(store)) {
                return;
            }
            LeaseTable leases = leases(store);
            Duration brief = Duration.ofMillis(300);
            long start = System.nanoTime();
            assertThat(leases.tryAcquire(keys(0, 3), "a", brief)).isEqualTo(keys(0, 3));
            leases.tryAcquire(keys(3, 4), "a", LONG);
            Set<CacheKey> taken = Set.of();
            while (taken.isEmpty()) {
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
                Thread.sleep(20);
                taken = leases.tryAcquire(keys(0, 4), "b", LONG);
            }
            // 50 ms for a store whose clock ticks more coarsely than ours
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(brief.minusMillis(50));
            assertThat(taken).isEqualTo(keys(0, 3));
            assertThat(leases.renew(keys(0, 4), "a", LONG)).isEqualTo(keys(3, 4));
            assertThat(leases.tryAcquire(keys(0, 4), "a", LONG)).isEqualTo(keys(3, 4));
            leases.release(keys(0, 4), "a");
            assertThat(leases.renew(keys(0, 4), "b", LONG)).isEqualTo(keys(0, 3));
        }
    }

    @Test
    default void renew_beforeExpiry_keepsTheLease() throws Exception {
        try (CacheStore store = open(newUrl())) {
            if (none(store)) {
                return;
            }
            LeaseTable leases = leases(store);
            leases.tryAcquire(keys(0, 2), "a", Duration.ofSeconds(5));
            assertThat(leases.renew(keys(0, 3), "a", LONG)).isEqualTo(keys(0, 2));
            assertThat(leases.renew(List.of(), "a", LONG)).isEmpty();
            assertThat(leases.renew(keys(0, 3), "b", LONG)).isEmpty();
            // a renewal may also shorten a lease: it counts from now
            assertThat(leases.renew(keys(0, 1), "a", Duration.ofMillis(1))).isEqualTo(keys(0, 1));
            Thread.sleep(100);
            assertThat(leases.tryAcquire(keys(0, 2), "b", LONG)).isEqualTo(keys(0, 1));
        }
    }

    @Test
    default void tryAcquire_secondHandle_sharesTheLeases() throws Exception {
        if (!capabilities().shared()) {
            return; // a second handle is refused or isolated: HandlesContract
        }
        String url = newUrl();
        try (CacheStore first = open(url);
                CacheStore second = open(url)) {
            assertThat(leases(first).tryAcquire(keys(0, 5), "a", LONG)).isEqualTo(keys(0, 5));
            assertThat(leases(second).tryAcquire(keys(0, 6), "b", LONG)).isEqualTo(keys(5, 6));
            leases(first).release(keys(0, 5), "a");
            assertThat(leases(second).tryAcquire(keys(0, 6), "b", LONG)).isEqualTo(keys(0, 6));
        }
    }

    @Test
    default void tryAcquire_racingOwners_eachKeyHasOneOwner() throws Exception {
        String url = newUrl();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (CacheStore store = open(url)) {
            if (none(store)) {
                return;
            }
            LeaseTable leases = leases(store);
            for (int round = 0; round < 10; round++) {
                Set<CacheKey> wanted = keys(round * 20, round * 20 + 20);
                List<Callable<Set<CacheKey>>> owners = new ArrayList<>();
                for (String owner : List.of("a", "b", "c", "d")) {
                    List<CacheKey> order = new ArrayList<>(wanted);
                    if (owner.equals("b") || owner.equals("d")) {
                        java.util.Collections.reverse(order); // [a, b] against [b, a] must not deadlock
                    }
                    owners.add(() -> leases.tryAcquire(order, owner, LONG));
                }
                List<CacheKey> got = new ArrayList<>();
                for (Future<Set<CacheKey>> owner : threads.invokeAll(owners)) {
                    got.addAll(owner.get());
                }
                assertThat(got).containsExactlyInAnyOrderElementsOf(wanted);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /**
     * Where the clock can be replaced: expiry is exact, and a clock that is set back costs time but never gives a
     * second owner.
     */
    @Test
    default void tryAcquire_clockMovedByHand_expiresExactlyAndSurvivesGoingBack() throws Exception {
        ManualClock clock = new ManualClock(Instant.parse("2026-05-01T10:00:00Z"));
        Optional<CacheStore> opened = open(newUrl(), clock);
        if (opened.isEmpty()) {
            return; // the store's clock cannot be replaced; expiry by real time is tested above
        }
        try (CacheStore store = opened.get()) {
            LeaseTable leases = leases(store);
            Duration ten = Duration.ofSeconds(10);
            leases.tryAcquire(keys(0, 1), "a", ten);
            clock.advance(ten.minusMillis(1));
            assertThat(leases.tryAcquire(keys(0, 1), "b", ten)).isEmpty();
            clock.advance(Duration.ofMillis(1));
            assertThat(leases.tryAcquire(keys(0, 1), "b", ten)).isEqualTo(keys(0, 1));
            assertThat(leases.renew(keys(0, 1), "a", ten)).isEmpty();

            clock.advance(Duration.ofHours(-1));
            assertThat(leases.renew(keys(0, 1), "b", ten))
                    .as("the owner goes on")
                    .isEqualTo(keys(0, 1));
            assertThat(leases.tryAcquire(keys(0, 1), "a", ten))
                    .as("and nobody else")
                    .isEmpty();
            clock.advance(ten);
            assertThat(leases.tryAcquire(keys(0, 1), "a", ten))
                    .as("once renewed, the lease runs by the new time")
                    .isEqualTo(keys(0, 1));

            clock.advance(Duration.ofHours(-1));
            assertThat(leases.tryAcquire(keys(0, 1), "b", ten))
                    .as(
                            "whose holder died before the clock went back is free at once, not when the clock has caught up")
                    .isEqualTo(keys(0, 1));
            clock.advance(Duration.ofSeconds(-1));
            assertThat(leases.tryAcquire(keys(0, 1), "a", ten))
                    .as("a clock that is put right by a little changes nothing")
                    .isEmpty();
        }
    }
}
