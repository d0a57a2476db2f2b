package dev.embedonce.server.security;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads pictures from allowed folders of this machine, anew each time. Immutable and thread-safe. */
public final class FileImages {
    /** The reason that clients are given: the same for a missing file and for one that is not allowed. */
    private static final String NOT_AVAILABLE = "no picture that this server may read";

    private final List<Path> roots;
    private final long mostBytes;

    /**
     * A reader.
     *
     * @param roots folders; whoever may use this server may read everything below them
     */
    public FileImages(List<Path> roots, long mostBytes) {
        this.roots = List.copyOf(roots);
        this.mostBytes = mostBytes;
    }

    /**
     * Reads a picture.
     *
     * @param uri a {@code file:} URL
     * @throws UrlImages.FetchException if it may not be read, or cannot be
     */
    public byte[] read(URI uri) throws UrlImages.FetchException {
        if (roots.isEmpty()) {
            throw new UrlImages.FetchException("this server reads no picture files; send them as data URIs");
        }
        try {
            Path file = allowed(uri);
            if (file == null) {
                throw new UrlImages.FetchException(NOT_AVAILABLE);
            }
            try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                byte[] bytes = in.readNBytes(Math.toIntExact(mostBytes) + 1);
                if (bytes.length > mostBytes) {
                    throw new UrlImages.FetchException("larger than " + mostBytes + " bytes");
                }
                return bytes;
            }
        } catch (IOException | IllegalArgumentException | FileSystemNotFoundException | SecurityException e) {
            throw new UrlImages.FetchException(NOT_AVAILABLE);
        }
    }

    private @Nullable Path allowed(URI uri) throws IOException {
        if (uri.getRawAuthority() != null && !uri.getRawAuthority().isEmpty()) {
            return null;
        }
        Path real = Path.of(uri).toRealPath();
        for (Path root : roots) {
            if (real.startsWith(root.toRealPath()) && Files.isRegularFile(real)) {
                return real;
            }
        }
        return null;
    }
}
