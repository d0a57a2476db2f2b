package dev.embedonce.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.error.StoreInterruptedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Threads that all do the same work, during which half of them are interrupted. */
final class Interrupter {
    /** More than any store has connections. */
    private static final int THREADS = 24;

    /** The work that a thread repeats. */
    interface Work {
        /**
         * Does the work once.
         *
         * @param number of the thread, from 0
         */
        void run(int number) throws Exception;
    }

    private interface ThrowingRunnable {
        void run() throws Exception;
    }

    /** A thread that is interrupted while it works. */
    private static final class Victim {
        private @Nullable Thread working;

        synchronized void begin() {
            working = Thread.currentThread();
        }

        /** Whether it was interrupted; from now on it is not any more. */
        synchronized boolean end() {
            working = null;
            return Thread.interrupted();
        }

        synchronized void interrupt() {
            if (working != null) {
                working.interrupt();
            }
        }
    }

    private Interrupter() {}

    /**
     * Runs until so many calls of {@code work} have been interrupted and every thread that is never interrupted has
     * done its work once more after that. Fails if one of these fails, or if an interrupted one throws anything but
     * {@link StoreInterruptedException}.
     */
    static void run(int interruptions, Work work) throws Exception {
        AtomicInteger left = new AtomicInteger(interruptions);
        List<Victim> victims = new ArrayList<>();
        List<Callable<@Nullable Void>> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int number = i;
            if (i % 2 == 0) {
                threads.add(() -> untilDone(left, () -> work.run(number)));
            } else {
                Victim victim = new Victim();
                victims.add(victim);
                threads.add(() -> untilDone(left, () -> runInterrupted(victim, number, work, left)));
            }
        }
        ExecutorService pool = Executors.newFixedThreadPool(THREADS + 1);
        try {
            Future<?> interrupter = pool.submit(() -> {
                for (int i = 0; left.get() > 0; i++) {
                    victims.get(i % victims.size()).interrupt();
                    Thread.sleep(1);
                }
                return null;
            });
            List<Future<@Nullable Void>> done = pool.invokeAll(threads);
            interrupter.get();
            for (Future<@Nullable Void> thread : done) {
                thread.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** Repeats the step until nothing is left to do, and then once more. A failure ends all threads. */
    private static @Nullable Void untilDone(AtomicInteger left, ThrowingRunnable step) throws Exception {
        boolean sound = false;
        try {
            while (left.get() > 0) {
                step.run();
            }
            step.run();
            sound = true;
            return null;
        } finally {
            if (!sound) {
                left.set(0);
            }
        }
    }

    private static void runInterrupted(Victim victim, int number, Work work, AtomicInteger left) throws Exception {
        boolean refused = false;
        victim.begin();
        try {
            work.run(number);
        } catch (StoreInterruptedException e) {
            refused = true;
        } finally {
            boolean interrupted = victim.end();
            if (interrupted) {
                left.decrementAndGet();
            }
            assertThat(interrupted || !refused)
                    .as("who is told of an interruption is still interrupted")
                    .isTrue();
        }
    }
}
