package dev.embedonce.error;

import org.jspecify.annotations.Nullable;

/** A stored entry is not what was stored. The cache counts it as a miss and never answers from it. */
public class CorruptEntryException extends CacheException {
    private static final long serialVersionUID = 1L;

    public CorruptEntryException(String message) {
        super(message);
    }

    public CorruptEntryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
