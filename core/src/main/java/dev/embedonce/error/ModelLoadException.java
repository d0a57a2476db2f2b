package dev.embedonce.error;

import org.jspecify.annotations.Nullable;

/** A model could not be made ready to run. The message names the file and the field. */
public class ModelLoadException extends CacheException {
    private static final long serialVersionUID = 1L;

    public ModelLoadException(String message) {
        super(message);
    }

    public ModelLoadException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
