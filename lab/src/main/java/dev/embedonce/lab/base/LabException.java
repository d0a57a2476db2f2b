package dev.embedonce.lab.base;

import org.jspecify.annotations.Nullable;

/** The lab cannot continue; the message names the file, folder or setting and what is wrong with it. */
public final class LabException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LabException(String message) {
        super(message);
    }

    public LabException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
