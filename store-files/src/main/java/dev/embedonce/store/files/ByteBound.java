package dev.embedonce.store.files;

import dev.embedonce.store.PrivateFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a folder below a number of bytes by removing the entries used longest ago. Thread-safe, also among processes.
 *
 * <p>The idea: {@code .usage} holds a magic number and two running sums, bytes added and bytes removed, changed under a
 * lock. Bytes are added before files are written and removed after files are deleted, so what a killed process leaves
 * is too high a sum, never too low a one. When the difference passes the bound, one process walks the folder, which
 * gives the true sum, and deletes the files with the oldest access times until a tenth of the bound is free. Access
 * times are set by this store itself, so mount options such as noatime do not matter. Under relatime the kernel sets
 * them too when another program reads the files, which then count as used.
 *
 * <p>Every file counts with whole blocks of 4096 bytes, since that is what the disk gives it; folders and bookkeeping
 * do not count. The bound may be passed by what other processes are just writing: at most one group of {@link
 * #groupBytes} each.
 */
final class ByteBound {
    /** Below this a bound makes no sense. */
    static final long MIN_BYTES = 64 * 1024;

    private static final int USAGE_BYTES = 3 * Long.BYTES;
    private static final long USAGE_MAGIC = 0x454D424F55534731L; // "EMBOUSG1"
    private static final int BLOCK = 4096;
    private static final long MAX_GROUP_BYTES = 64L * 1024 * 1024;

    /** Removes an entry's file; tells whether it was there. */
    @FunctionalInterface
    interface Remover {
        boolean remove(Path file) throws IOException;
    }

    private record Usage(long added, long removed) {
        long bytes() {
            return Math.max(0, added - removed);
        }
    }

    private final Folder folder;
    private final FolderLocks locks;
    private final long maxBytes;

    ByteBound(Folder folder, FolderLocks locks, long maxBytes) {
        this.folder = folder;
        this.locks = locks;
        this.maxBytes = maxBytes;
    }

    boolean isBounded() {
        return maxBytes != FilesCacheStore.UNBOUNDED;
    }

    /** How many bytes are written before looking at the bound again. */
    long groupBytes() {
        return Math.min(MAX_GROUP_BYTES, maxBytes / 16);
    }

    /** What a file of this size counts. */
    static long charge(long sizeBytes) {
        return Math.max(1, (sizeBytes + BLOCK - 1) / BLOCK) * BLOCK;
    }

    /** Accounts for bytes that are about to be written, and makes room for them if need be. */
    void beforeAdding(long bytes, Remover remover) throws IOException {
        boolean full;
        FolderLocks.Held lock = locks.hold(FolderLocks.USAGE);
        try {
            Optional<Usage> usage = read();
            if (usage.isPresent()) {
                write(new Usage(usage.get().added() + bytes, usage.get().removed()));
            }
            full = isBounded() && usage.map(u -> u.bytes() + bytes > maxBytes).orElse(true);
            if (usage.isEmpty() && !isBounded()) {
                return; // counted when somebody first asks for a bound
            }
        } finally {
            lock.release();
        }
        if (full) {
            makeRoom(bytes, remover);
        }
    }

    /** Accounts for bytes that are gone, or were not written after all. */
    void afterRemoving(long bytes) throws IOException {
        if (bytes == 0) {
            return;
        }
        FolderLocks.Held lock = locks.hold(FolderLocks.USAGE);
        try {
            Optional<Usage> usage = read();
            if (usage.isPresent()) {
                write(new Usage(usage.get().added(), usage.get().removed() + bytes));
            }
        } finally {
            lock.release();
        }
    }

    /** Counts the folder if nobody has, and removes what is too much. */
    void open(Remover remover) throws IOException {
        beforeAdding(0, remover);
    }

    private Optional<Usage> read() throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(folder.usageFile());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length != USAGE_BYTES || in.getLong() != USAGE_MAGIC) {
            return Optional.empty();
        }
        return Optional.of(new Usage(in.getLong(), in.getLong()));
    }

    private void write(Usage usage) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(USAGE_BYTES)
                .putLong(USAGE_MAGIC)
                .putLong(usage.added())
                .putLong(usage.removed());
        PrivateFiles.createFile(folder.usageFile());
        // a stream, which an interrupt does not close: what is written back after a failure must be counted
        try (OutputStream file = Files.newOutputStream(folder.usageFile(), StandardOpenOption.WRITE)) {
            file.write(out.array());
        }
    }

    private void makeRoom(long incoming, Remover remover) throws IOException {
        FolderLocks.Held lock = locks.hold(FolderLocks.EVICTION);
        try {
            long addedBefore;
            FolderLocks.Held usageLock = locks.hold(FolderLocks.USAGE);
            try {
                Optional<Usage> usage = read();
                if (usage.isPresent() && usage.get().bytes() <= maxBytes) {
                    return; // another has made room meanwhile
                }
                addedBefore = usage.map(Usage::added).orElse(0L);
            } finally {
                usageLock.release();
            }
            Census census = new Census();
            Files.walkFileTree(folder.root(), census);
            long left = census.bytes;
            if (left + incoming > maxBytes) {
                long target = Math.max(0, maxBytes - maxBytes / 10 - incoming);
                Sweep sweep = new Sweep(remover, census.lastAccessToRemove(left - target), left - target);
                Files.walkFileTree(folder.root(), sweep);
                left -= sweep.removed;
            }
            FolderLocks.Held sumLock = locks.hold(FolderLocks.USAGE);
            try {
                long addedMeanwhile = read().map(Usage::added).orElse(addedBefore) - addedBefore;
                write(new Usage(left + incoming + addedMeanwhile, 0));
            } finally {
                sumLock.release();
            }
        } finally {
            lock.release();
        }
    }

    /** Visits entries' files and nothing else; files that vanish meanwhile are no error. */
    private abstract static class EntryVisitor extends SimpleFileVisitor<Path> {
        abstract FileVisitResult entry(Path file, BasicFileAttributes attributes) throws IOException;

        @Override
        public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            return String.valueOf(dir.getFileName()).startsWith(".")
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            return EntryFile.ofName(file.toString()).isPresent() ? entry(file, attributes) : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e) {
            return FileVisitResult.CONTINUE;
        }
    }

    /** Adds up all files. Sixteen bytes of memory an entry. */
    private static final class Census extends EntryVisitor {
        private long bytes;
        private int count;
        private long[] accesses = new long[1024];
        private long[] charges = new long[1024];

        @Override
        FileVisitResult entry(Path file, BasicFileAttributes attributes) {
            if (count == accesses.length) {
                accesses = Arrays.copyOf(accesses, count * 2);
                charges = Arrays.copyOf(charges, count * 2);
            }
            accesses[count] = attributes.lastAccessTime().toMillis();
            charges[count] = charge(attributes.size());
            bytes += charges[count];
            count++;
            return FileVisitResult.CONTINUE;
        }

        /** The smallest access time such that the files up to it hold at least {@code wanted} bytes. */
        long lastAccessToRemove(long wanted) {
            Integer[] order = new Integer[count];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, (a, b) -> Long.compare(accesses[a], accesses[b]));
            long sum = 0;
            for (int i : order) {
                sum += charges[i];
                if (sum >= wanted) {
                    return accesses[i];
                }
            }
            return Long.MAX_VALUE;
        }
    }

    /** Removes files used up to some time until enough is gone. */
    private static final class Sweep extends EntryVisitor {
        private final Remover remover;
        private final long lastAccess;
        private final long wanted;
        private long removed;

        Sweep(Remover remover, long lastAccess, long wanted) {
            this.remover = remover;
            this.lastAccess = lastAccess;
            this.wanted = wanted;
        }

        @Override
        FileVisitResult entry(Path file, BasicFileAttributes attributes) throws IOException {
            if (attributes.lastAccessTime().toMillis() <= lastAccess && remover.remove(file)) {
                removed += charge(attributes.size());
            }
            return removed >= wanted ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }
    }
}
