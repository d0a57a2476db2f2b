package dev.embedonce.table;

import dev.embedonce.hash.ContentHash;

/**
 * A row of a manifest: where a content was found. Columns {@code location} (text), {@code hash} (binary), {@code
 * length} and {@code offset} (int64).
 *
 * @param location a URI; of a member of a tar, that of the tar, {@code #} and the member's name
 * @param hash of the content
 * @param length of the content in bytes
 * @param offset of the content in the file, in bytes: 0 but for a member of a tar
 */
public record ManifestRow(String location, ContentHash hash, long length, long offset) {
    /** The names of the columns, in order. */
    public static final String LOCATION = "location";

    public static final String HASH = "hash";
    public static final String LENGTH = "length";
    public static final String OFFSET = "offset";

    public ManifestRow {
        if (length < 0 || offset < 0) {
            throw new IllegalArgumentException(
                    "a content of " + length + " bytes at " + offset + " in " + location + " cannot be");
        }
    }
}
