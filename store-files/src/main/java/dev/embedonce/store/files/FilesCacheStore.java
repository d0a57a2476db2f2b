package dev.embedonce.store.files;

import dev.embedonce.codec.Stored;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.LeaseTable;
import dev.embedonce.store.PrivateFiles;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoreStats;
import dev.embedonce.store.support.EntrySizes;
import dev.embedonce.store.support.OpenGuard;
import dev.embedonce.store.support.PagedScan;
import java.io.File;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder with one file an entry: {@link Folder} says where, {@link EntryFile} what is in it. Thread-safe; any number
 * of processes may use the folder at once.
 *
 * <p>An entry is written to a temporary file and moved to its name in one step, under a lock on the first byte of its
 * content hash, so a reader (who takes no lock) sees nothing or all of it, and the first writer wins. A folder that
 * cannot be written to is read as it is, and every write throws.
 */
public final class FilesCacheStore implements CacheStore {
    /** For {@code maxBytes}: no bound. */
    public static final long UNBOUNDED = Long.MAX_VALUE;

    private static final Logger LOG = LoggerFactory.getLogger(FilesCacheStore.class);

    /** Room for the layout around the largest vector, in a file of at most 2 GiB. */
    private static final long MAX_ENTRY_BYTES = Integer.MAX_VALUE - 1024;

    private static final int MAX_GROUP = 512;
    private static final int READ_ATTEMPTS = 5;

    /** What only a folder that can be written to has. */
    private record Writing(FolderLocks locks, ByteBound bound, FileLeases leases, Counters counters) {}

    private final Folder folder;
    private final OpenGuard guard;
    private final boolean fsync;
    private final long maxBytes;
    private final @Nullable Writing writing;

    private FilesCacheStore(Folder folder, boolean fsync, long maxBytes, @Nullable FolderLocks locks) {
        this.folder = folder;
        this.guard = new OpenGuard(description());
        this.fsync = fsync;
        this.maxBytes = maxBytes;
        this.writing = locks == null
                ? null
                : new Writing(
                        locks,
                        new ByteBound(folder, locks, maxBytes),
                        new FileLeases(folder, locks, guard),
                        new Counters(folder, locks));
    }

    /**
     * Opens a store, making the folder if it is not there.
     *
     * @param fsync whether acknowledged entries survive a power cut, not only the death of the process
     * @param maxBytes about how large the folder may grow, or {@link #UNBOUNDED}; every process should say the same
     * @throws StoreUnavailableException if the folder holds something else, or cannot be read
     */
    public static FilesCacheStore open(Path path, boolean fsync, long maxBytes) {
        return open(path, fsync, maxBytes, null);
    }

    /** As above, with leases on {@code clock} instead of the file system's, unless it is null. */
    static FilesCacheStore open(Path path, boolean fsync, long maxBytes, @Nullable Clock clock) {
        Folder folder;
        try {
            PrivateFiles.createFolders(path);
            folder = new Folder(path.toRealPath(), fsync, clock);
            folder.requireOurs();
        } catch (IOException e) {
            throw new Folder(path, fsync, clock).unavailable("open its folder", e);
        }
        FolderLocks locks;
        try {
            locks = FolderLocks.open(folder.lockFile());
        } catch (IOException e) {
            if (Folder.isReadOnly(e) && folder.isStore()) {
                LOG.warn("{} cannot be written to: its entries are read, nothing is added", folder.root());
                return new FilesCacheStore(folder, fsync, maxBytes, null);
            }
            throw folder.unavailable("open its lock file", e);
        }
        return setUp(new FilesCacheStore(folder, fsync, maxBytes, locks), locks);
    }

    private static FilesCacheStore setUp(FilesCacheStore store, FolderLocks locks) {
        boolean ready = false;
        try {
            FolderLocks.Held lock = locks.hold(FolderLocks.SETUP);
            try {
                store.folder.requireOurs();
                store.folder.setUp();
            } finally {
                lock.release();
            }
            Writing writing = store.writing();
            if (writing.bound().isBounded()) {
                writing.bound().open(store::removeFile);
            }
            ready = true;
            return store;
        } catch (IOException e) {
            throw store.folder.unavailable("set up its folder", e);
        } finally {
            if (!ready) {
                locks.close();
            }
        }
    }

    @Override
    public String description() {
        return "files:" + folder.root();
    }

    @Override
    public StoreCapabilities capabilities() {
        return new StoreCapabilities(
                true, true, Math.min(MAX_ENTRY_BYTES, maxBytes == UNBOUNDED ? maxBytes : maxBytes / 2));
    }

    @Override
    public Map<CacheKey, Stored> getAll(Collection<CacheKey> keys) {
        guard.requireOpen();
        Map<CacheKey, Stored> found = new HashMap<>();
        boolean missed = false;
        for (CacheKey key : new LinkedHashSet<>(keys)) {
            Stored stored = get(key);
            if (stored != null) {
                found.put(key, stored);
            } else {
                missed = true;
            }
        }
        if (missed && !folder.isStore()) {
            throw new StoreUnavailableException(
                    "the files store " + folder.root() + " is gone: removed or not mounted");
        }
        return found;
    }

    private @Nullable Stored get(CacheKey key) {
        String leaf = folder.leaf(key);
        if (!new File(leaf).exists()) {
            return null;
        }
        for (EntryFile kind : EntryFile.kinds()) {
            File file = new File(leaf, key.contentHash().hex() + kind.extension());
            if (file.exists()) {
                Stored stored = read(kind, file.toPath());
                if (stored != null) {
                    return stored;
                }
            }
        }
        return null;
    }

    private @Nullable Stored read(EntryFile kind, Path file) {
        for (int attempt = 1; ; attempt++) {
            try {
                Stored stored = kind.read(file);
                if (maxBytes != UNBOUNDED) {
                    setAccessTime(file, FileTime.from(Instant.now()));
                }
                return stored;
            } catch (NoSuchFileException e) {
                return null; // removed since we looked
            } catch (IOException e) {
                // an interrupt closes the channel; if it was not ours, one of the threads that help to read had been
                // interrupted
                boolean again = isOutOfDescriptors(e) || e instanceof ClosedChannelException;
                if (!again) {
                    return new Stored.Damaged(file.getFileName() + " cannot be read: " + e.getMessage());
                }
                if (attempt == READ_ATTEMPTS || Thread.currentThread().isInterrupted()) {
                    throw folder.unavailable("read " + file.getFileName(), e);
                }
            }
        }
    }

    private static boolean isOutOfDescriptors(IOException e) {
        return e instanceof FileSystemException known
                && String.valueOf(known.getReason()).startsWith("Too many open files");
    }

    /** Notes when an entry was used. Only for the order of removal: a failure does not matter. */
    static void setAccessTime(Path file, FileTime time) {
        try {
            Files.getFileAttributeView(file, BasicFileAttributeView.class).setTimes(null, time, null);
        } catch (IOException e) {
            LOG.debug("cannot set the access time of {}", file, e);
        }
    }

    @Override
    public Set<CacheKey> putAllIfAbsent(Map<CacheKey, Stored.Sealed> records) {
        return putAll(records, false);
    }

    @Override
    public void replaceAll(Map<CacheKey, Stored.Sealed> records) {
        putAll(records, true);
    }

    /** One entry on its way. */
    private record Writable(CacheKey key, EntryFile.Laid laid) {
        long charge() {
            return ByteBound.charge(laid.sizeBytes());
        }
    }

    private Set<CacheKey> putAll(Map<CacheKey, Stored.Sealed> records, boolean replace) {
        guard.requireOpen();
        EntrySizes.require(this, records);
        Writing writing = writing();
        Set<CacheKey> present = new HashSet<>();
        try {
            List<Writable> group = new ArrayList<>();
            long groupBytes = 0;
            for (Map.Entry<CacheKey, Stored.Sealed> record : records.entrySet()) {
                CacheKey key = record.getKey();
                if (!replace && !existing(key).isEmpty()) {
                    present.add(key);
                    continue;
                }
                Writable next = new Writable(key, EntryFile.lay(record.getValue()));
                if (!group.isEmpty()
                        && (group.size() == MAX_GROUP
                                || groupBytes + next.charge() > writing.bound().groupBytes())) {
                    present.addAll(write(writing, group, replace));
                    group.clear();
                    groupBytes = 0;
                }
                group.add(next);
                groupBytes += next.charge();
            }
            present.addAll(write(writing, group, replace));
        } catch (IOException e) {
            throw folder.unavailable("write", e);
        }
        return present;
    }

    /** Writes a group's temporary files, then moves them to their names. */
    private Set<CacheKey> write(Writing writing, List<Writable> group, boolean replace) throws IOException {
        long reserved = group.stream().mapToLong(Writable::charge).sum();
        if (reserved == 0) {
            return Set.of();
        }
        writing.bound().beforeAdding(reserved, this::removeFile);
        Set<CacheKey> present = new HashSet<>();
        Set<Path> changedFolders = new LinkedHashSet<>();
        List<Path> temps = new ArrayList<>();
        long kept = 0;
        long replaced = 0;
        try {
            for (Writable entry : group) {
                Path temp = folder.newTemp();
                temps.add(temp);
                entry.laid().write(temp, fsync);
            }
            for (int i = 0; i < group.size(); i++) {
                Writable entry = group.get(i);
                folder.describeNamespaceOnce(entry.key());
                FolderLocks.Held lock = writing.locks().hold(Folder.contentLock(entry.key()));
                try {
                    List<Path> old = existing(entry.key());
                    if (!replace && !old.isEmpty()) {
                        present.add(entry.key());
                        continue;
                    }
                    replaced += charge(old);
                    moveToName(temps.get(i), entry, old, changedFolders);
                    kept += entry.charge();
                } finally {
                    lock.release();
                }
            }
            if (fsync) {
                for (Path changed : changedFolders) {
                    forceFolder(changed, folder -> FileChannel.open(folder, StandardOpenOption.READ));
                }
            }
        } finally {
            for (Path temp : temps) {
                Files.deleteIfExists(temp);
            }
            writing.bound().afterRemoving(reserved - kept + replaced);
        }
        return present;
    }

    private void moveToName(Path temp, Writable entry, List<Path> old, Set<Path> changedFolders) throws IOException {
        Path target = folder.file(entry.key(), entry.laid().kind());
        Path leaf = Path.of(folder.leaf(entry.key()));
        try {
            Files.move(temp, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            PrivateFiles.createFolders(leaf);
            Files.move(temp, target, StandardCopyOption.ATOMIC_MOVE);
        }
        for (Path file : old) {
            if (!file.equals(target)) {
                Files.deleteIfExists(file);
            }
        }
        Path changed = leaf;
        while (fsync && changed != null && changedFolders.add(changed) && !changed.equals(folder.root())) {
            changed = changed.getParent();
        }
    }

    /** How a folder is opened. */
    @FunctionalInterface
    interface FolderOpener {
        FileChannel open(Path folder) throws IOException;
    }

    /**
     * Puts a folder's list of names on the disk. Windows opens no folders, and keeps their names in a journal of its
     * own.
     */
    static void forceFolder(Path path, FolderOpener opener) throws IOException {
        try (FileChannel channel = opener.open(path)) {
            channel.force(true);
        } catch (NoSuchFileException e) {
            LOG.debug("{} was removed meanwhile", path, e);
        } catch (FileSystemException e) {
            if (PrivateFiles.knowsModes(path)) {
                throw e;
            }
            LOG.debug("{} cannot be opened, and so not forced, on this system", path, e);
        }
    }

    private static long charge(List<Path> files) throws IOException {
        long sum = 0;
        for (Path file : files) {
            sum += ByteBound.charge(Files.size(file));
        }
        return sum;
    }

    /** The files that lie under a key: none, or one, or two after a crash during a replacement. */
    private List<Path> existing(CacheKey key) {
        String leaf = folder.leaf(key);
        if (!new File(leaf).exists()) {
            return List.of();
        }
        List<Path> files = new ArrayList<>();
        for (EntryFile kind : EntryFile.kinds()) {
            File file = new File(leaf, key.contentHash().hex() + kind.extension());
            if (file.exists()) {
                files.add(file.toPath());
            }
        }
        return files;
    }

    @Override
    public long removeAll(Collection<CacheKey> keys) {
        guard.requireOpen();
        Writing writing = writing();
        long removed = 0;
        long bytes = 0;
        try {
            for (CacheKey key : keys) {
                FolderLocks.Held lock = writing.locks().hold(Folder.contentLock(key));
                try {
                    List<Path> files = existing(key);
                    bytes += charge(files);
                    for (Path file : files) {
                        Files.deleteIfExists(file);
                    }
                    if (!files.isEmpty()) {
                        removed++;
                    }
                } finally {
                    lock.release();
                }
            }
            writing.bound().afterRemoving(bytes);
        } catch (IOException e) {
            throw folder.unavailable("remove entries", e);
        }
        return removed;
    }

    /** Removes one entry's file to make room. */
    private boolean removeFile(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        if (!name.matches("[0-9a-f]{2}.*")) {
            return false;
        }
        FolderLocks.Held lock = writing().locks().hold(FolderLocks.CONTENT + Integer.parseInt(name, 0, 2, 16));
        try {
            return Files.deleteIfExists(file);
        } finally {
            lock.release();
        }
    }

    @Override
    public StoreScan scan(Selection selection) {
        guard.requireOpen();
        try {
            return new PagedScan(guard, new FilesPages(folder, selection, maxBytes != UNBOUNDED));
        } catch (IOException e) {
            throw folder.unavailable("list entries", e);
        }
    }

    @Override
    public StoreStats stats() {
        try (StoreScan all = scan(Selection.ALL)) {
            return StoreStats.of(all);
        }
    }

    @Override
    public void addCounters(Map<String, Long> deltas) {
        guard.requireOpen();
        try {
            writing().counters().add(deltas);
        } catch (IOException e) {
            throw folder.unavailable("write counters", e);
        }
    }

    @Override
    public Map<String, Long> counters() {
        guard.requireOpen();
        try {
            return Counters.read(folder);
        } catch (IOException e) {
            throw folder.unavailable("read counters", e);
        }
    }

    @Override
    public Optional<LeaseTable> leases() {
        return writing == null ? Optional.empty() : Optional.of(writing.leases());
    }

    @Override
    public void close() {
        guard.close(() -> {
            if (writing != null) {
                writing.locks().close();
            }
        });
    }

    private Writing writing() {
        if (writing == null) {
            throw new StoreUnavailableException("the files store " + folder.root() + " is read-only here");
        }
        return writing;
    }
}
