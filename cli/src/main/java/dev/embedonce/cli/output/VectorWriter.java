package dev.embedonce.cli.output;

import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.Messages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes vectors to files. Nothing appears under the final name before {@link #commit}: until then the rows lie in a
 * temporary file beside it, which {@link #close} removes. Not thread-safe.
 */
public interface VectorWriter extends AutoCloseable {
    void write(VectorRow row) throws IOException;

    /** Finishes the files and moves them to their names, replacing what was there. */
    void commit() throws IOException;

    @Override
    void close();

    /**
     * A writer for the kind of file that the name's ending indicates: {@code .parquet}, {@code .npy} (and a {@code
     * .csv} of rows beside it) or {@code .jsonl}. A null name discards.
     *
     * @param dimension the length of every vector
     * @throws CliException if the ending is another, or the file cannot be written
     */
    static VectorWriter to(@Nullable Path file, int dimension) {
        if (file == null) {
            return new Discard();
        }
        String name =
                file.getFileName() == null ? "" : file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (!name.matches(".+\\.(parquet|npy|jsonl)")) {
            throw new CliException("--out must end in .parquet, .npy or .jsonl; found " + file);
        }
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)) {
            throw new CliException("cannot write " + file + ": it is a folder");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new CliException("cannot write " + file + ": there is no folder " + folder);
        }
        try {
            if (name.endsWith(".parquet")) {
                return new ParquetVectorWriter(file, dimension);
            }
            return name.endsWith(".npy") ? new NpyVectorWriter(file, dimension) : new JsonlVectorWriter(file);
        } catch (IOException e) {
            throw new CliException("cannot write " + file + ": " + Messages.oneLine(e));
        }
    }

    /** Discards all rows. */
    final class Discard implements VectorWriter {
        @Override
        public void write(VectorRow row) {
            // only the cache was wanted
        }

        @Override
        public void commit() {
            // nothing to finish
        }

        @Override
        public void close() {
            // nothing to remove
        }
    }
}
