package dev.embedonce.cli.input;

import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.embed.ImageItem;
import dev.embedonce.embed.ImageStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The files under a folder. A thread of its own finds them, a little ahead of the consumer, so that the first are
 * processed before the last are found and a large folder takes no more memory than a small one. Another thread counts
 * them when it is asked how many there are.
 */
final class FolderInput implements ImageInput {
    private static final int AHEAD = 4096;
    private static final ImageItem END = FileNames.item(Path.of(""));

    private final FolderWalk walk;
    private final BlockingQueue<ImageItem> found = new LinkedBlockingQueue<>(AHEAD);
    private final CountDownLatch firstOrEnd = new CountDownLatch(1);
    private final AtomicBoolean counting = new AtomicBoolean();
    private final Thread looking;
    private volatile OptionalLong count = OptionalLong.empty();
    private volatile @Nullable Throwable failure;

    private FolderInput(FolderWalk walk) {
        this.walk = walk;
        this.looking = start("embedonce-files", this::look);
    }

    private static Thread start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** All files under a folder. */
    static FolderInput of(Path folder) {
        return new FolderInput(new FolderWalk(folder, file -> true));
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
        FolderInput input = new FolderInput(new FolderWalk(start, matcher::matches));
        if (input.isEmpty()) {
            throw new CliException("nothing matches " + pattern);
        }
        return input;
    }

    private void look() {
        try {
            walk.run(file -> {
                found.put(FileNames.item(file));
                firstOrEnd.countDown();
            });
        } catch (InterruptedException e) {
            return; // nobody takes them any more
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        end();
    }

    private void end() {
        try {
            found.put(END);
            firstOrEnd.countDown();
        } catch (InterruptedException e) {
            // nobody takes it any more
        }
    }

    private boolean isEmpty() {
        try {
            firstOrEnd.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return END.equals(found.peek()) && failure == null;
    }

    /** Starts to count when it is first asked, and is empty until the count is there. */
    @Override
    public OptionalLong count() {
        if (counting.compareAndSet(false, true)) {
            start("embedonce-count", this::countAll);
        }
        return count;
    }

    private void countAll() {
        AtomicLong files = new AtomicLong();
        try {
            walk.run(file -> files.incrementAndGet());
            count = OptionalLong.of(files.get());
        } catch (InterruptedException | RuntimeException e) {
            // the count stays unknown; whoever takes the files is told why
        }
    }

    @Override
    public ImageStream open() {
        return new ImageStream() {
            private boolean ended;

            @Override
            public @Nullable ImageItem next() throws IOException {
                ImageItem item = ended ? END : take();
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
                looking.interrupt();
            }
        };
    }

    private ImageItem take() throws IOException {
        try {
            return found.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
