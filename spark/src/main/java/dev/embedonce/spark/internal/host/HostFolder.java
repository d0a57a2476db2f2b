package dev.embedonce.spark.internal.host;

import dev.embedonce.store.PrivateFiles;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder that the processes of one user on one host share: the first one fills it, the last one removes it. Who uses
 * it holds a shared lock, which the system releases when the process dies, however it dies. An empty lock file stays.
 */
final class HostFolder {
    private static final Logger LOG = LoggerFactory.getLogger(HostFolder.class);
    private static final int POLL_MILLIS = 20;

    private final Path folder;
    private final FileChannel lockFile;
    private @Nullable FileLock shared;

    /** Puts everything that belongs into a folder. */
    @FunctionalInterface
    interface Filling {
        void into(Path folder) throws IOException;
    }

    private HostFolder(Path folder, FileChannel lockFile) {
        this.folder = folder;
        this.lockFile = lockFile;
    }

    /**
     * The folder of this name, filled, and kept until this process ends.
     *
     * @throws IOException if it cannot be filled; nothing is left then
     * @throws java.nio.channels.OverlappingFileLockException if this process uses it already
     */
    static Path use(String name, Filling filling) throws IOException {
        return use(
                        Path.of(System.getProperty("java.io.tmpdir"), "embedonce-" + System.getProperty("user.name")),
                        name,
                        filling)
                .folder;
    }

    static HostFolder use(Path parent, String name, Filling filling) throws IOException {
        PrivateFiles.createFolders(parent);
        FileChannel lockFile = FileChannel.open(
                parent.resolve(name + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        HostFolder used = new HostFolder(parent.resolve(name), lockFile);
        try {
            used.enter(filling);
        } catch (IOException | RuntimeException e) {
            lockFile.close();
            throw e;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(used::leave, "embedonce-" + name));
        return used;
    }

    /** Whoever holds the whole lock never waits for one, so that nobody waits for long. */
    private void enter(Filling filling) throws IOException {
        while (true) {
            FileLock one = lockFile.lock(0, Long.MAX_VALUE, true);
            if (Files.exists(folder)) {
                shared = one;
                return;
            }
            one.release();
            try (FileLock all = lockFile.tryLock()) {
                if (all != null && !Files.exists(folder)) {
                    fill(filling);
                }
            }
            pause();
        }
    }

    private void fill(Filling filling) throws IOException {
        Path begun = folder.resolveSibling(folder.getFileName() + ".begun");
        delete(begun); // left by one that died
        try {
            Files.createDirectory(begun);
            filling.into(begun);
            Files.move(begun, folder, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(begun);
        }
    }

    private static void pause() throws InterruptedIOException {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    /** Removes the folder if nobody else uses it. */
    void leave() {
        try (lockFile) {
            if (shared != null) {
                shared.release();
            }
            try (FileLock all = lockFile.tryLock()) {
                if (all != null) {
                    delete(folder);
                }
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be removed: {}", folder, e.toString());
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        } catch (NoSuchFileException e) {
            return;
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }
}
