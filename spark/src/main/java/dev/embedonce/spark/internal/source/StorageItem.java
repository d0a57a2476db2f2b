package dev.embedonce.spark.internal.source;

import dev.embedonce.embed.ImageItem;
import dev.embedonce.embed.TooManyBytesException;
import dev.embedonce.feature.HashedImage;
import dev.embedonce.hash.ContentHash;
import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A picture in a file that Hadoop reads, or a stretch of one: a member of a tar is one ranged read.
 *
 * @param path what the user knows it by
 * @param offset in the file, in bytes
 * @param length in bytes; -1 for the whole file
 */
record StorageItem(String path, Path file, long offset, long length, SerializableConfiguration hadoop)
        implements ImageItem {
    /** The longest array. */
    private static final int MOST_BYTES = Integer.MAX_VALUE - 16;

    @Override
    public byte[] read(long maxBytes) throws IOException {
        int most = (int) Math.min(maxBytes, MOST_BYTES);
        if (length > most) {
            throw new TooManyBytesException(most);
        }
        try (FSDataInputStream in = open()) {
            byte[] bytes;
            if (length >= 0) {
                bytes = new byte[(int) length];
                in.readFully(offset, bytes);
            } else {
                bytes = new CountedStream(in, most).readAllBytes();
            }
            requireSome(bytes.length);
            return bytes;
        }
    }

    @Override
    public HashedImage hash(Hasher hasher, long maxBytes) throws IOException {
        if (length >= 0) {
            return ImageItem.inMemory(read(maxBytes), hasher);
        }
        try (FSDataInputStream in = open()) {
            CountedStream counted = new CountedStream(in, maxBytes);
            ContentHash hash = hasher.hash(counted);
            requireSome(counted.count());
            return new Hashed(hash, this, maxBytes);
        }
    }

    private FSDataInputStream open() throws IOException {
        try {
            return file.getFileSystem(hadoop.value()).open(file);
        } catch (FileNotFoundException e) {
            throw new IOException("no such file", e);
        }
    }

    private static void requireSome(long bytes) throws IOException {
        if (bytes == 0) {
            throw new IOException("empty file");
        }
    }

    /** A file that can be read again. */
    private record Hashed(ContentHash contentHash, StorageItem item, long maxBytes) implements HashedImage {
        @Override
        public byte[] bytes() throws IOException {
            return item.read(maxBytes);
        }
    }
}
