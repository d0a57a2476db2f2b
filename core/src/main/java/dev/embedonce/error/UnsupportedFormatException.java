package dev.embedonce.error;

import org.jspecify.annotations.Nullable;

/** Something written in a format, or a version of it, that this build does not read. */
public class UnsupportedFormatException extends CacheException {
    private static final long serialVersionUID = 1L;

    public UnsupportedFormatException(String message) {
        super(message);
    }

    public UnsupportedFormatException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
