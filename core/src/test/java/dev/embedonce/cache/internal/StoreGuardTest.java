package dev.embedonce.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.embedonce.error.StoreInterruptedException;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.store.memory.MemoryStore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StoreGuardTest {
    private final AtomicLong now = new AtomicLong();
    private final LongAdder failures = new LongAdder();
    private final StoreGuard guard = new StoreGuard(new MemoryStore(), now::get);

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    private String ask() {
        String answer = guard.read(failures, 1, store -> "answer");
        return answer == null ? "null" : answer;
    }

    @Test
    void read_unavailable_isLeftAloneForASecondAndThenAskedAgain() {
        guard.read(failures, 1, store -> {
            throw new StoreUnavailableException("refused");
        });
        assertThat(ask()).isEqualTo("null");
        assertThat(failures.sum()).isEqualTo(2);
        now.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(ask()).isEqualTo("answer");
    }

    @Test
    void read_callerInterrupted_failsAloneAndTheStoreIsAskedOn() {
        assertThatExceptionOfType(StoreInterruptedException.class)
                .isThrownBy(() -> guard.read(failures, 1, store -> {
                    Thread.currentThread().interrupt();
                    throw new StoreUnavailableException("the channel was closed");
                }))
                .withMessageContaining("the channel was closed");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ask()).isEqualTo("answer");
        assertThat(failures.sum()).isZero();
    }

    @Test
    void write_interruptedBetweenTwoTries_failsAloneAndTheStoreIsAskedOn() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        Thread caller = Thread.currentThread();
        // whether the interrupt comes while the store is asked or while the guard waits, the outcome is the same
        Thread other = new Thread(() -> {
            while (tries.get() == 0) {
                Thread.onSpinWait();
            }
            caller.interrupt();
        });
        other.start();
        assertThatExceptionOfType(StoreInterruptedException.class)
                .isThrownBy(() -> guard.write(failures, 1, store -> {
                    if (tries.incrementAndGet() > 1) {
                        awaitInterrupt();
                    }
                    throw new StoreUnavailableException("refused");
                }));
        assertThat(Thread.interrupted()).isTrue();
        other.join();
        assertThat(ask()).isEqualTo("answer");
        assertThat(failures.sum()).isZero();
    }

    private static void awaitInterrupt() {
        while (!Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
        }
    }
}
