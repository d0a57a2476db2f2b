package dev.embedonce.cli.terminal;

import dev.embedonce.embed.TooManyBytesException;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/** Error messages of the commands. */
public final class Messages {
    private Messages() {}

    /**
     * The message of an exception as one line, with its type where the message alone says too little, and with the
     * option to change.
     */
    public static String oneLine(Throwable e) {
        if (e instanceof TooManyBytesException) {
            return e.getMessage() + ", the limit of --max-file-bytes";
        }
        @Nullable String message = e.getMessage();
        String text = message == null || e instanceof FileSystemException
                ? e.getClass().getSimpleName().replaceAll("Exception$", "") + (message == null ? "" : ": " + message)
                : message;
        return text.replaceAll("\\s*\\R\\s*", " ");
    }
}
