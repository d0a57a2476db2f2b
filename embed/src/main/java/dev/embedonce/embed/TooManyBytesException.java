package dev.embedonce.embed;

import java.io.IOException;

/** An image that is larger than its reader takes. */
public final class TooManyBytesException extends IOException {
    private static final long serialVersionUID = 1;

    /** More than {@code maxBytes}. */
    public TooManyBytesException(long maxBytes) {
        super("more than " + maxBytes + " bytes");
    }
}
