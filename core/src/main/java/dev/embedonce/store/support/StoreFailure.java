package dev.embedonce.store.support;

import dev.embedonce.error.CacheException;
import dev.embedonce.error.StoreInterruptedException;
import dev.embedonce.error.StoreUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Tells whose failure a failure is: for stores, which call this wherever they pass on what a driver or the system
 * threw. Stateless.
 */
public final class StoreFailure {
    private StoreFailure() {}

    /**
     * The exception to throw: {@link StoreInterruptedException} if the calling thread was interrupted, and otherwise
     * {@link StoreUnavailableException}. Drivers that throw {@link InterruptedException} clear the interrupt status; it
     * is set again.
     *
     * @param message what failed, for people
     * @param cause what a driver or the system threw on the calling thread
     */
    public static CacheException of(String message, Throwable cause) {
        if (cameOfInterruption(cause)) {
            Thread.currentThread().interrupt();
        }
        return Thread.currentThread().isInterrupted()
                ? new StoreInterruptedException(message, cause)
                : new StoreUnavailableException(message, cause);
    }

    private static boolean cameOfInterruption(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InterruptedException) {
                return true;
            }
        }
        return false;
    }
}
