package dev.embedonce.embed;

import dev.embedonce.feature.HashedImage;
import dev.embedonce.hash.ContentHash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** An image in a file. */
record FileItem(String path, Path file) implements ImageItem {
    /** The most bytes of one system call: the JDK keeps a buffer as large as the largest for each thread. */
    private static final int AT_ONCE = 1 << 20;

    /** The longest array. */
    private static final int MOST_BYTES = Integer.MAX_VALUE - 16;

    @Override
    public byte[] read(long maxBytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return all(channel, maxBytes);
        } catch (IOException e) {
            throw explained(e);
        }
    }

    @Override
    public HashedImage hash(Hasher hasher, long maxBytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            if (size == 0) { // empty, or a pipe
                return ImageItem.inMemory(all(channel, maxBytes), hasher);
            }
            requireAtMost(maxBytes, size);
            return new Hashed(hasher.hash(Channels.newInputStream(channel)), this, maxBytes);
        } catch (IOException e) {
            throw explained(e);
        }
    }

    /** A file that can be read again. */
    private record Hashed(ContentHash contentHash, FileItem item, long maxBytes) implements HashedImage {
        @Override
        public byte[] bytes() throws IOException {
            return item.read(maxBytes);
        }
    }

    private static void requireAtMost(long maxBytes, long size) throws IOException {
        if (size > maxBytes) {
            throw new TooManyBytesException(maxBytes);
        }
    }

    private IOException explained(IOException e) {
        if (e instanceof NoSuchFileException) {
            return new IOException("no such file", e);
        }
        if (e instanceof AccessDeniedException) {
            return new IOException("permission denied", e);
        }
        return Files.isDirectory(file) ? new IOException("is a folder", e) : e;
    }

    /** The whole content of a file. Its size is only a hint: the file may be growing. */
    private static byte[] all(FileChannel channel, long maxBytes) throws IOException {
        int most = (int) Math.min(maxBytes, MOST_BYTES) + 1;
        InputStream in = Channels.newInputStream(channel);
        byte[] start = new byte[(int) Math.min(channel.size(), Math.min(most, AT_ONCE))];
        int count = in.readNBytes(start, 0, start.length);
        byte[] rest = in.readNBytes(most - count);
        int size = count + rest.length;
        if (size == 0) {
            throw new IOException("empty file");
        }
        requireAtMost(Math.min(maxBytes, MOST_BYTES), size);
        if (size == start.length) {
            return start;
        }
        byte[] all = Arrays.copyOf(start, size);
        System.arraycopy(rest, 0, all, count, rest.length);
        return all;
    }
}
