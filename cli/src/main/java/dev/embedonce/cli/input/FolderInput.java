package dev.embedonce.cli.input;

import dev.embedonce.cli.CliException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The files under a folder, sorted name by name; hidden files and folders (leading dot) are left out, links are followed. A thread of its own
 * looks for them from the start, so that the first are in work before the last are found.
 */
final class FolderInput implements ImageInput {
    private static final FileItem END = new FileItem(Path.of(""));

    private final Predicate<Path> wanted;
    private final BlockingQueue<FileItem> found = new LinkedBlockingQueue<>();
    private final CountDownLatch started = new CountDownLatch(1);
    private long looked;
    private volatile OptionalLong count = OptionalLong.empty();
    private volatile @Nullable Throwable failure;

    private FolderInput(Path folder, Predicate<Path> wanted) {
        this.wanted = wanted;
        Thread thread = new Thread(() -> look(folder), "embedonce-files");
        thread.setDaemon(true);
        thread.start();
    }

    /** All files under a folder. */
    static FolderInput of(Path folder) {
        return new FolderInput(folder, file -> true);
    }

    /**
     * All files that a pattern such as {@code photos/**}{@code /*.jpg} matches.
     *
     * @throws CliException if there is none
     */
    static FolderInput glob(String pattern) {
        int wild = pattern.length();
        for (char c : "*?[{".toCharArray()) {
            int at = pattern.indexOf(c);
            wild = at >= 0 ? Math.min(wild, at) : wild;
        }
        int slash = pattern.lastIndexOf('/', wild);
        Path start = slash < 0 ? Path.of("") : Path.of(pattern.substring(0, slash + 1));
        if (!Files.isDirectory(start)) {
            throw new CliException("no such folder: " + start + " (of the pattern " + pattern + ")");
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        FolderInput input = new FolderInput(start, matcher::matches);
        if (input.isEmpty()) {
            throw new CliException("nothing matches " + pattern);
        }
        return input;
    }

    private void look(Path folder) {
        try {
            visit(folder, new HashSet<>());
            count = OptionalLong.of(looked);
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            started.countDown();
            found.add(END);
        }
    }

    /** Adds {@code path}, or what is under it, which lies in folders of the keys {@code above}. */
    private void visit(Path path, Set<Object> above) {
        BasicFileAttributes attributes = attributes(path);
        if (attributes == null) {
            add(path);
        } else if (attributes.isDirectory()) {
            Object key = attributes.fileKey() == null ? path : attributes.fileKey();
            if (above.add(key)) {
                entries(path).forEach(entry -> visit(entry, above));
                above.remove(key);
            } else {
                add(path);
            }
        } else if (!attributes.isOther()) {
            add(path);
        }
    }

    private List<Path> entries(Path folder) {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, entry -> !isHidden(entry))) {
            stream.forEach(entries::add);
        } catch (IOException | DirectoryIteratorException e) {
            add(folder);
        }
        entries.sort(Comparator.naturalOrder());
        return entries;
    }

    private static boolean isHidden(Path entry) {
        return entry.getFileName().toString().startsWith(".");
    }

    private static @Nullable BasicFileAttributes attributes(Path entry) {
        try {
            return Files.readAttributes(entry, BasicFileAttributes.class);
        } catch (IOException e) {
            return null;
        }
    }

    /** Adds a file, or what is neither a file nor can be looked into: reading it will say why. */
    private void add(Path entry) {
        if (wanted.test(entry)) {
            looked++;
            found.add(new FileItem(entry));
            started.countDown();
        }
    }

    /** Waits for the first file, or for the end. */
    private boolean isEmpty() {
        try {
            started.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return count.equals(OptionalLong.of(0));
    }

    /** Known as soon as all are found. */
    @Override
    public OptionalLong count() {
        return count;
    }

    @Override
    public ImageStream open() {
        return new ImageStream() {
            private boolean ended;

            @Override
            public @Nullable ImageItem next() throws IOException {
                if (ended) {
                    return null;
                }
                FileItem item = take();
                if (!item.equals(END)) {
                    return item;
                }
                ended = true;
                if (failure != null) {
                    throw new IOException("cannot list files: " + failure.getMessage(), failure);
                }
                return null;
            }

            @Override
            public void close() {
                // the thread ends by itself
            }
        };
    }

    private FileItem take() throws IOException {
        try {
            return found.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
