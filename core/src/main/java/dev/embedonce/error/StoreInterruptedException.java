package dev.embedonce.error;

import org.jspecify.annotations.Nullable;

/**
 * The calling thread was interrupted before a store had answered it. This says nothing about the store: only this call
 * has failed, and a batch may have been done in part. The thread's interrupt status is set.
 */
public class StoreInterruptedException extends CacheException {
    private static final long serialVersionUID = 1L;

    public StoreInterruptedException(String message) {
        super(message);
    }

    public StoreInterruptedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
