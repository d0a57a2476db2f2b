package dev.embedonce.cli.output;

import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.Messages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A file that a command writes whole or not at all: under a temporary name first, moved into place when it is finished.
 */
public final class OutputFile {
    private OutputFile() {}

    /** Writes a file's content under another name. */
    @FunctionalInterface
    public interface Content {
        void writeTo(Path temporary) throws IOException;
    }

    /**
     * Checks, before any work is done, that a target can be written.
     *
     * @param option what the user calls it, such as {@code --html}
     * @param ending how the name must end, such as {@code .html}
     * @throws CliException if it has another ending, is a folder or not writable, or its folder does not exist
     */
    public static void check(Path file, String option, String ending) {
        Path folder = file.toAbsolutePath().getParent();
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(ending)) {
            throw new CliException(option + " must end in " + ending + "; found " + file);
        }
        if (Files.isDirectory(file)) {
            throw new CliException("cannot write " + file + ": it is a folder");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new CliException("cannot write " + file + ": there is no folder " + folder);
        }
        if (!Files.isWritable(Files.exists(file) ? file : folder)) {
            throw new CliException("cannot write " + file + ": permission denied");
        }
    }

    /**
     * Writes a file. On failure nothing is left behind, and an earlier file stays.
     *
     * @throws CliException if it cannot be written
     */
    public static void write(Path file, Content content) {
        try {
            PendingFile pending = new PendingFile(file);
            try {
                content.writeTo(pending.temporary());
                pending.publish();
            } finally {
                pending.discard();
            }
        } catch (IOException e) {
            throw new CliException("cannot write " + file + ": " + Messages.oneLine(e));
        }
    }
}
