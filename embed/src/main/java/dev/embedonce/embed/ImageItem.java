package dev.embedonce.embed;

import dev.embedonce.feature.FeatureProvider;
import dev.embedonce.feature.HashedImage;
import dev.embedonce.hash.ContentHash;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** One image to be embedded: what to call it, and how to get its bytes. Used by one thread at a time. */
public interface ImageItem {
    /** What the user knows it by: the path as found, or the row of a table. */
    String path();

    /**
     * The encoded bytes (PNG, JPEG, ...), not to be changed afterwards.
     *
     * @param maxBytes the most an image may have
     * @throws TooManyBytesException if it has more
     * @throws IOException if it cannot be read or is empty; the message is a reason for people
     */
    byte[] read(long maxBytes) throws IOException;

    /**
     * The hash of the encoded bytes, and a way to read them again. What can be read only once is kept in memory.
     *
     * @param hasher hashes all that is left in a stream, as {@link FeatureProvider#hash} does
     * @throws IOException as {@link #read} does
     */
    default HashedImage hash(Hasher hasher, long maxBytes) throws IOException {
        return inMemory(read(maxBytes), hasher);
    }

    /** An image whose bytes are at hand; they are not to be changed afterwards. */
    static ImageItem of(String path, byte[] bytes) {
        return new BytesItem(path, bytes);
    }

    /** An image in a file, which is hashed piece by piece and read again only if it has to be encoded. */
    static ImageItem of(String path, Path file) {
        return new FileItem(path, file);
    }

    /** Something that is known not to be an image before it is read; reading it fails with {@code reason}. */
    static ImageItem unreadable(String path, String reason) {
        return new UnreadableItem(path, reason);
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
