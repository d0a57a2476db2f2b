package dev.embedonce.error;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything EmbedOnce throws on purpose. The message names the thing, what was expected and what was
 * found.
 */
public class CacheException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CacheException(String message) {
        super(message);
    }

    public CacheException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
