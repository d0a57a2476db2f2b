package dev.embedonce.cli.pictures;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Processes a stream of items with several threads and passes on the results in the order of the items; few are in
 * progress at once.
 */
final class InOrder {
    private static final int AHEAD = 2;

    private InOrder() {}

    /** Supplies items one after the other. */
    interface Source<T> {
        /** The next one; null at the end. */
        @Nullable
        T next() throws IOException;
    }

    /** Takes results in order, on the thread that called {@link #run}. */
    interface Sink<R> {
        void accept(R result) throws IOException;
    }

    /** Runs until the source ends, or the source, the work or the sink fails. */
    static <T, R> void run(Source<T> source, Function<T, R> work, int workers, Sink<R> sink) throws IOException {
        ExecutorService threads = Executors.newFixedThreadPool(workers, task -> {
            Thread thread = new Thread(task, "embedonce-pictures");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Deque<Future<R>> inWork = new ArrayDeque<>();
            T next = source.next();
            while (next != null || !inWork.isEmpty()) {
                if (next != null && inWork.size() < workers + AHEAD) {
                    T thing = next;
                    inWork.add(threads.submit(() -> work.apply(thing)));
                    next = source.next();
                } else {
                    sink.accept(await(inWork.remove()));
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static <R> R await(Future<R> future) throws IOException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            if (e.getCause() instanceof RuntimeException runtime) {
                throw runtime;
            }
            throw new IOException(e.getCause());
        }
    }
}
