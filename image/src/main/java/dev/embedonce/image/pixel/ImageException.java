package dev.embedonce.image.pixel;

import java.io.Serial;

/**
 * Encoded bytes that cannot become pixels: not a picture, truncated, corrupt, too large, or of a kind that is refused
 * by name. The message is one line that names what was found. Nothing but the one picture is affected.
 */
public class ImageException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public ImageException(String message) {
        super(message);
    }

    public ImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
