package dev.embedonce.error;

import org.jspecify.annotations.Nullable;

/** A store could not be reached or refused to work just now. Trying again may help; the cache goes on without it. */
public class StoreUnavailableException extends CacheException {
    private static final long serialVersionUID = 1L;

    public StoreUnavailableException(String message) {
        super(message);
    }

    public StoreUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
