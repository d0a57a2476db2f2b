package dev.embedonce.cli.input;

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
    /** The most bytes of one system call: each thread keeps memory of the size of its largest. */
    private static final int AT_ONCE = 1 << 20;

    FileItem(Path file) {
        this(file.toString(), file);
    }

    @Override
    public byte[] read(long maxBytes) throws IOException {
        int limit = (int) Math.min(maxBytes, Integer.MAX_VALUE - 16);
        byte[] bytes;
        try {
            bytes = first(limit + 1);
        } catch (NoSuchFileException e) {
            throw new IOException("no such file", e);
        } catch (AccessDeniedException e) {
            throw new IOException("permission denied", e);
        } catch (IOException e) {
            throw Files.isDirectory(file) ? new IOException("is a folder", e) : e;
        }
        if (bytes.length == 0) {
            throw new IOException("empty file");
        }
        if (bytes.length > limit) {
            throw new IOException("more than " + maxBytes + " bytes, the limit of --max-file-bytes");
        }
        return bytes;
    }

    /** All of the file, or as much as {@code most} bytes of it. Its size is a hint and no more: the file may be growing. */
    private byte[] first(int most) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            InputStream in = Channels.newInputStream(channel);
            byte[] start = new byte[(int) Math.min(channel.size(), Math.min(most, AT_ONCE))];
            int count = in.readNBytes(start, 0, start.length);
            byte[] rest = in.readNBytes(most - count);
            if (count == start.length && rest.length == 0) {
                return start;
            }
            byte[] all = Arrays.copyOf(start, count + rest.length);
            System.arraycopy(rest, 0, all, count, rest.length);
            return all;
        }
    }
}
