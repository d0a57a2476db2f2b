package dev.embedonce.cli.input;

import dev.embedonce.cache.HashedImage;
import dev.embedonce.hash.ContentHash;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** One image to be read: what to call it, and how to get its bytes. */
public interface ImageItem {
    /** What the user knows it by: the path as found, or the row of a table. */
    String path();

    /**
     * The encoded bytes.
     *
     * @param maxBytes the most an image file may have
     * @throws IOException if it cannot be read, is empty or has more than {@code maxBytes}; the message is a reason for people
     */
    byte[] read(long maxBytes) throws IOException;

    /**
     * The hash of the encoded bytes, and a way to read them again. What can be read only once is kept in memory.
     *
     * @param hasher hashes all that is left in a stream
     * @throws IOException as {@link #read} does
     */
    default HashedImage hash(Hasher hasher, long maxBytes) throws IOException {
        return inMemory(read(maxBytes), hasher);
    }

    /** An image whose bytes have been read. */
    static HashedImage inMemory(byte[] bytes, Hasher hasher) throws IOException {
        return HashedImage.of(hasher.hash(new ByteArrayInputStream(bytes)), bytes);
    }

    /** Hashes all that is left in a stream. */
    @FunctionalInterface
    interface Hasher {
        ContentHash hash(InputStream in) throws IOException;
    }
}
