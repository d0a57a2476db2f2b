package dev.embedonce.cli.embed;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM: the chunks in progress are finished and kept, everything is closed, and then the process ends. It
 * is closed last, so that the process waits for the rest.
 */
final class Interruption implements AutoCloseable {
    private static final long SHUTDOWN_SECONDS = 30;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::signalled, "embedonce-shutdown");
    private volatile Runnable action = () -> {};
    private volatile boolean happened;

    Interruption() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Sets what to do when the signal comes; runs it at once if it has come already. */
    void onSignal(Runnable newAction) {
        this.action = newAction;
        if (happened) {
            newAction.run();
        }
    }

    boolean happened() {
        return happened;
    }

    private void signalled() {
        happened = true;
        action.run();
        try {
            if (!finished.await(SHUTDOWN_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("embedonce: giving up on the batches in flight");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        finished.countDown();
        if (!happened) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // the signal came just now; the hook has nothing left to wait for
            }
        }
    }
}
