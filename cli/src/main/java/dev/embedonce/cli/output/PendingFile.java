package dev.embedonce.cli.output;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that is being written under a temporary name beside its final one. */
final class PendingFile {
    private final Path target;
    private final Path temporary;

    /**
     * Makes the temporary file.
     *
     * @throws IOException if nothing can be written in that folder, or the target exists and is not writable
     */
    PendingFile(Path target) throws IOException {
        this.target = target;
        if (Files.exists(target) && !Files.isWritable(target)) {
            throw new IOException("permission denied");
        }
        Path absolute = target.toAbsolutePath();
        this.temporary = absolute.resolveSibling(
                "." + absolute.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary);
    }

    Path temporary() {
        return temporary;
    }

    void publish() throws IOException {
        try {
            Files.move(
                    temporary,
                    target.toAbsolutePath(),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, target.toAbsolutePath(), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    void discard() {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // a leftover that begins with a dot and ends with .part explains itself
        }
    }
}
