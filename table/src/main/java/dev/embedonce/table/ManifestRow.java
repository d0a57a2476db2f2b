package dev.embedonce.table;

/**
 * The columns of a manifest, which says where contents were found: one row a picture.
 *
 * <pre>
 * location  text    a URI; of a member of a tar, that of the tar, # and the member's name
 * hash      binary  of the content, null if it could not be read
 * length    int64   of the content, in bytes
 * offset    int64   of the content in the file, in bytes: 0 but for a member of a tar
 * </pre>
 */
public final class ManifestRow {
    public static final String LOCATION = "location";
    public static final String HASH = "hash";
    public static final String LENGTH = "length";
    public static final String OFFSET = "offset";

    private ManifestRow() {}
}
