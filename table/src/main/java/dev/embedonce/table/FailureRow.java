package dev.embedonce.table;

import dev.embedonce.hash.ContentHash;
import org.jspecify.annotations.Nullable;

/**
 * A picture that has no vector, and why. Failures are no part of the table: the next run tries again. Columns {@code
 * location} (text), {@code hash} (binary, null if it could not be read), {@code reason} (text).
 *
 * @param location as in {@link ManifestRow}
 * @param hash of the content; null if it could not be read
 * @param reason one line, for people
 */
public record FailureRow(String location, @Nullable ContentHash hash, String reason) {
    /** The names of the columns, in order. */
    public static final String LOCATION = "location";

    public static final String HASH = "hash";
    public static final String REASON = "reason";
}
