package dev.embedonce.table;

import java.io.IOException;
import java.time.Instant;
import java.util.List;

/**
 * The storage of a table: a folder, or what an object store calls one. Paths are relative to it, with {@code /} between
 * names. Thread-safe.
 */
public interface TableFiles {

    /**
     * A file.
     *
     * @param path below the folder that was listed
     * @param modified by the storage's clock
     */
    record Listed(String path, long sizeBytes, Instant modified) {}

    /** Where this is, for people: without secrets. */
    String description();

    /** The names of the folders right below the table's own; none if there is no table yet. */
    List<String> folders() throws IOException;

    /** All files below a folder, at any depth; none if it does not exist. What was created before the call is there. */
    List<Listed> list(String folder) throws IOException;

    /**
     * Reads a file.
     *
     * @throws IOException a {@link java.nio.file.NoSuchFileException} or {@link java.io.FileNotFoundException} if there
     *     is none
     */
    byte[] read(String path) throws IOException;

    /**
     * Makes a file with this content, unless there is one: of any number of callers, in whatever processes, one
     * succeeds, and nobody ever sees a part of the content. Makes the folders above it.
     *
     * @return whether this call made it
     */
    boolean createIfAbsent(String path, byte[] content) throws IOException;

    /**
     * Refuses storage on which {@link #createIfAbsent} is not what it promises, before any work is done. Leaves nothing
     * behind.
     *
     * @throws IOException if it cannot be told, or cannot be written to
     * @throws dev.embedonce.error.StoreUnavailableException if this storage cannot do it; the message says why
     */
    void requireAtomicCreate() throws IOException;

    /** Removes a file; it is no error if there is none. */
    void delete(String path) throws IOException;
}
