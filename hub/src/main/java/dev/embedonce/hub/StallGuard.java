package dev.embedonce.hub;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Closes a stream that has been silent for some time, so that a reader that waits for it gets an error. */
final class StallGuard implements AutoCloseable {
    private final ScheduledExecutorService timer;
    private volatile long lastNanos = System.nanoTime();
    private volatile boolean stalled;

    StallGuard(Closeable stream, Duration patience) {
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "embedonce-download-guard");
            thread.setDaemon(true);
            return thread;
        });
        long check = Math.max(1, patience.toMillis() / 4);
        var unused = timer.scheduleAtFixedRate(
                () -> {
                    if (System.nanoTime() - lastNanos > patience.toNanos()) {
                        stalled = true;
                        closeQuietly(stream);
                    }
                },
                check,
                check,
                TimeUnit.MILLISECONDS);
    }

    /** Notes that something has arrived. */
    void alive() {
        lastNanos = System.nanoTime();
    }

    boolean stalled() {
        return stalled;
    }

    private static void closeQuietly(Closeable stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // the reader gets an error of its own
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
