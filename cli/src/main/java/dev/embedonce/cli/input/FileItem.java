package dev.embedonce.cli.input;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** An image in a file. */
record FileItem(String path, Path file) implements ImageItem {
    FileItem(Path file) {
        this(file.toString(), file);
    }

    @Override
    public byte[] read(long maxBytes) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException("is a folder");
        }
        int limit = (int) Math.min(maxBytes, Integer.MAX_VALUE - 16);
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(limit + 1); // never trusts the size from before: the file may be growing
        } catch (NoSuchFileException e) {
            throw new IOException("no such file", e);
        } catch (AccessDeniedException e) {
            throw new IOException("permission denied", e);
        }
        if (bytes.length == 0) {
            throw new IOException("empty file");
        }
        if (bytes.length > limit) {
            throw new IOException("more than " + maxBytes + " bytes, the limit of --max-file-bytes");
        }
        return bytes;
    }
}
