package dev.embedonce.store.files;

import dev.embedonce.error.CacheException;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.store.PrivateFiles;
import dev.embedonce.store.support.StoreFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Numbered locks of a folder, exclusive among threads and processes. Each is a byte range of one lock file, so the
 * system frees them when their process dies. Thread-safe; shared by all stores on the folder in this process, and
 * closed by the last.
 *
 * <p>POSIX drops all of a process's locks on a file when any channel on it is closed. So there is one channel a folder,
 * and no operation on it that an interrupt would close.
 */
final class FolderLocks implements AutoCloseable {
    /** The first 256: one for each first byte of a content hash. */
    static final int CONTENT = 0;

    static final int LEASES = 256;
    static final int COUNTERS = 272;
    static final int USAGE = 273;
    static final int EVICTION = 274;
    static final int SETUP = 275;
    private static final int COUNT = 276;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Map<Path, FolderLocks> OPEN = new HashMap<>();

    private final Path file;
    private final FileChannel channel;
    private final ReentrantLock[] threads = new ReentrantLock[COUNT];
    private int users;

    private FolderLocks(Path file) throws IOException {
        this.file = file;
        this.channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PrivateFiles.ofFile(file));
        for (int i = 0; i < COUNT; i++) {
            threads[i] = new ReentrantLock();
        }
    }

    /** The locks kept in {@code file}, which is made if it is not there. Its folder is given by its real path. */
    static FolderLocks open(Path file) throws IOException {
        synchronized (OPEN) {
            FolderLocks locks = OPEN.get(file);
            if (locks == null) {
                locks = new FolderLocks(file);
                OPEN.put(file, locks);
            }
            locks.users++;
            return locks;
        }
    }

    /** A lock that is held until it is released, by the thread that took it. */
    final class Held {
        private final ReentrantLock thread;
        private final FileLock process;

        private Held(ReentrantLock thread, FileLock process) {
            this.thread = thread;
            this.process = process;
        }

        void release() {
            try {
                process.release();
            } catch (IOException e) {
                throw new StoreUnavailableException("cannot unlock " + file + ": " + e.getMessage(), e);
            } finally {
                thread.unlock();
            }
        }
    }

    /**
     * Takes a lock.
     *
     * @throws StoreUnavailableException if that takes more than 30 seconds
     * @throws dev.embedonce.error.StoreInterruptedException if the thread is interrupted while it waits
     */
    Held hold(int number) {
        ReentrantLock thread = threads[number];
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            if (!thread.tryLock() && !thread.tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw tooLong();
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        boolean held = false;
        try {
            Held lock = new Held(thread, poll(number, deadline));
            held = true;
            return lock;
        } catch (IOException e) {
            throw StoreFailure.of("cannot lock " + file + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            if (!held) {
                thread.unlock();
            }
        }
    }

    private FileLock poll(int number, long deadline) throws IOException, InterruptedException {
        long pauseMillis = 1;
        while (true) {
            FileLock lock = tryLock(number);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() - deadline > 0) {
                throw tooLong();
            }
            Thread.sleep(pauseMillis);
            pauseMillis = Math.min(pauseMillis * 2, 20);
        }
    }

    private @Nullable FileLock tryLock(int number) throws IOException {
        try {
            return channel.tryLock(number, 1, false);
        } catch (OverlappingFileLockException e) {
            return null; // held by a copy of this class under another class loader
        }
    }

    private StoreUnavailableException tooLong() {
        return new StoreUnavailableException(
                "another process has held a lock in " + file + " for " + PATIENCE.toSeconds() + " seconds");
    }

    private CacheException interrupted(InterruptedException e) {
        return StoreFailure.of("interrupted while waiting for a lock in " + file, e);
    }

    @Override
    public void close() {
        synchronized (OPEN) {
            users--;
            if (users == 0) {
                OPEN.remove(file);
                try {
                    channel.close();
                } catch (IOException e) {
                    throw new StoreUnavailableException("cannot close " + file + ": " + e.getMessage(), e);
                }
            }
        }
    }
}
