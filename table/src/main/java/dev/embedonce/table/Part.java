package dev.embedonce.table;

import java.time.Instant;

/**
 * An immutable Parquet file of a table.
 *
 * @param path below its version's folder, with {@code /} between names; no control characters
 * @param rows how many it holds
 * @param sizeBytes of the file
 * @param added when its rows were first published; a part written anew without some of its rows keeps it
 */
public record Part(String path, long rows, long sizeBytes, Instant added) {
    public Part {
        if (path.isBlank() || path.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a part's path has no control characters; found '" + path + "'");
        }
        if (("/" + path + "/").matches(".*/(\\.{0,2}|_snapshots)/.*")) {
            throw new IllegalArgumentException("a part lies below its version's folder; found '" + path + "'");
        }
        if (rows < 0 || sizeBytes < 0) {
            throw new IllegalArgumentException("a part of " + rows + " rows and " + sizeBytes + " bytes: " + path);
        }
        added = Instant.ofEpochMilli(added.toEpochMilli());
    }
}
