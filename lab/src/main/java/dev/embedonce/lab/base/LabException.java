package dev.embedonce.lab.base;

import org.jspecify.annotations.Nullable;

/** The lab cannot go on; the message says what was wrong with which file, folder or setting. */
public final class LabException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LabException(String message) {
        super(message);
    }

    public LabException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
