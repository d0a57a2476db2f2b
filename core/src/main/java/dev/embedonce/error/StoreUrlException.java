package dev.embedonce.error;

import org.jspecify.annotations.Nullable;

/** A store URL that cannot be used: unknown kind, malformed, or an option the store does not have. */
public class StoreUrlException extends CacheException {
    private static final long serialVersionUID = 1L;

    public StoreUrlException(String message) {
        super(message);
    }

    public StoreUrlException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
