package dev.embedonce.vlm.prompt;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.value.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a picture's features in a prompt: until the model has prefilled them the rows themselves, and then only what
 * tells them from others, so that a cached sequence does not hold megabytes of features. Equal if the rows are or were,
 * bit for bit (SHA-256). Immutable.
 */
public final class FeatureRows {
    private final int count;
    private final @Nullable Tensor rows;
    private final @Nullable ContentHash digest;

    private FeatureRows(int count, @Nullable Tensor rows, @Nullable ContentHash digest) {
        this.count = count;
        this.rows = rows;
        this.digest = digest;
    }

    /** Rows that are to be prefilled: float32 {@code [count, hidden]}. */
    public static FeatureRows of(Tensor rows) {
        if (rows.rank() != 2) {
            throw new IllegalArgumentException("expected rows of features, found " + rows);
        }
        return new FeatureRows(Math.toIntExact(rows.dim(0)), rows, null);
    }

    /** How many there are, prefilled or not. */
    public int count() {
        return count;
    }

    /**
     * Float32 {@code [count, hidden]}.
     *
     * @throws IllegalStateException if they have been prefilled
     */
    public Tensor tensor() {
        if (rows == null) {
            throw new IllegalStateException("these features have been read, and are not kept");
        }
        return rows;
    }

    /** Bytes of the rows; none if they have been prefilled. */
    long bytes() {
        return rows == null ? 0 : rows.sizeBytes();
    }

    /** The same without the rows. */
    public FeatureRows read() {
        return rows == null ? this : new FeatureRows(count, null, rows.digest());
    }

    private ContentHash digest() {
        return digest != null ? digest : tensor().digest();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof FeatureRows other && count == other.count && digest().equals(other.digest());
    }

    @Override
    public int hashCode() {
        return count;
    }

    @Override
    public String toString() {
        return rows == null ? count + " rows that have been read" : rows.toString();
    }
}
