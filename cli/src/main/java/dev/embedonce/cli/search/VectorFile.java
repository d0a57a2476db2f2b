package dev.embedonce.cli.search;

import dev.embedonce.cli.terminal.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A file of vectors as {@code embed} writes them, read from front to back; only a row or a buffer of it is in memory.
 */
interface VectorFile {
    /** Takes rows in order. */
    interface Sink {
        void accept(Hit hit);
    }

    /**
     * Scores every row. One whose vector has another length than the query still goes to the sink first, which may have
     * a better explanation.
     *
     * @throws CliException if the file is no such file, is damaged, or a vector has another length than the query; it
     *     names the row
     */
    void scan(float[] query, Sink sink) throws IOException;

    /**
     * The file of the kind that its name indicates: {@code .parquet}, {@code .npy} with a {@code .csv} of rows beside
     * it, or {@code .jsonl}.
     *
     * @throws CliException if there is no such file, or the ending is another
     */
    static VectorFile of(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (!Files.isRegularFile(file)) {
            throw new CliException("no such file: " + file);
        }
        if (name.endsWith(".parquet")) {
            return new ParquetVectors(file);
        }
        if (name.endsWith(".npy")) {
            return new NpyVectors(file);
        }
        if (name.endsWith(".jsonl")) {
            return new JsonlVectors(file);
        }
        throw new CliException("vectors are read from .parquet, .npy (with a .csv of rows) or .jsonl; found " + file);
    }

    /** A vector that cannot be compared with the query. */
    static CliException wrongLength(Path file, long row, long found, int expected) {
        return new CliException(file + ", row " + row + ": a vector of " + found + " numbers, but the query has "
                + expected + ": they are of different models");
    }
}
