package dev.embedonce.cache;

import static dev.embedonce.cache.FakeEncoder.image;
import static dev.embedonce.cache.FakeEncoder.images;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.feature.HashedImage;
import dev.embedonce.feature.Outcome;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.store.memory.MemoryStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A failure is its own caller's: whoever waited for the same content takes over. */
@Timeout(60)
class WaitersTest {
    private final FeatureCache cache =
            FeatureCache.over(new MemoryStore()).heapBytes(0).build();
    private final FakeEncoder encoder = new FakeEncoder();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch fail = new CountDownLatch(1);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record TestFile(ContentHash contentHash, byte @Nullable [] content) implements HashedImage {
        @Override
        public byte[] bytes() throws IOException {
            if (content == null) {
                throw new IOException("it is gone");
            }
            return content;
        }
    }

    private TestFile file(String text) throws IOException {
        return new TestFile(cache.hash(new ByteArrayInputStream(image(text))), image(text));
    }

    private TestFile removed(String text) throws IOException {
        return new TestFile(file(text).contentHash(), null);
    }

    /** An encoder of the same versions whose run waits and then fails. */
    private FakeEncoder failing(RuntimeException error) {
        FakeEncoder failing = new FakeEncoder();
        failing.beforeEncode = () -> {
            begun.countDown();
            try {
                fail.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw error;
        };
        return failing;
    }

    /** Returns when the thread waits in a flight, that is, for another thread's encoding. */
    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    private List<Future<Outcome>> waiters(int count) {
        List<Future<Outcome>> waiters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            CountDownLatch started = new CountDownLatch(1);
            Thread[] thread = new Thread[1];
            waiters.add(threads.submit(() -> {
                thread[0] = Thread.currentThread();
                started.countDown();
                return cache.getOrComputeAll(images("a"), encoder).get(0);
            }));
            try {
                started.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            awaitWaiting(thread[0]);
        }
        return waiters;
    }

    @Test
    void allButOneOfEqualFilesRemoved_areServedFromTheOther() throws Exception {
        List<Outcome> outcomes = cache.getOrComputeHashed(
                List.of(removed("a"), file("b"), removed("a"), file("a"), removed("a")), encoder);
        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome).isInstanceOf(Outcome.Served.class));
        assertThat(encoder.encodedImages).hasValue(2);
    }

    @Test
    void allEqualFilesRemoved_fail() throws Exception {
        List<Outcome> outcomes = cache.getOrComputeHashed(List.of(removed("a"), removed("a")), encoder);
        assertThat(outcomes)
                .allSatisfy(outcome ->
                        assertThat(((Outcome.Failed) outcome).error()).hasMessage("it is gone"));
    }

    @Test
    void waiterForACancelledEncoder_takesOver() throws Exception {
        Future<?> cancelled = threads.submit(
                () -> cache.getOrCompute(image("a"), failing(new CancellationException("the client is gone"))));
        begun.await();
        List<Future<Outcome>> waiters = waiters(3);
        fail.countDown();
        assertThatThrownBy(cancelled::get).hasRootCauseMessage("the client is gone");
        for (Future<Outcome> waiter : waiters) {
            assertThat(waiter.get()).isInstanceOf(Outcome.Served.class);
        }
        assertThat(encoder.encodedImages).hasValue(1);
    }

    @Test
    void waiterForACallThatBreaksOff_takesOver() throws Exception {
        FakeEncoder broken = failing(new IllegalStateException("unused"));
        Runnable wait = broken.beforeEncode;
        broken.beforeEncode = () -> {
            try {
                wait.run();
            } catch (IllegalStateException e) {
                throw new StackOverflowError("too deep");
            }
        };
        Future<?> first = threads.submit(() -> cache.getOrCompute(image("a"), broken));
        begun.await();
        Future<Outcome> waiter = waiters(1).get(0);
        fail.countDown();
        assertThatThrownBy(first::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(StackOverflowError.class);
        assertThat(waiter.get()).isInstanceOf(Outcome.Served.class);
    }

    @Test
    void contentThatNobodyCanEncode_failsForEachOfItsCallersOnce() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        Future<?> first =
                threads.submit(() -> cache.getOrCompute(image("a"), failing(new IllegalStateException("no"))));
        begun.await();
        encoder.beforeEncode = () -> {
            runs.incrementAndGet();
            throw new IllegalStateException("no");
        };
        List<Future<Outcome>> waiters = waiters(4);
        fail.countDown();
        assertThatThrownBy(first::get).hasRootCauseMessage("no");
        for (Future<Outcome> waiter : waiters) {
            assertThat(((Outcome.Failed) waiter.get()).error()).hasMessage("no");
        }
        assertThat(runs).hasValue(4);
    }
}
