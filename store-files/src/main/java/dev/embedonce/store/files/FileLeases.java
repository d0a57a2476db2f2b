package dev.embedonce.store.files;

import dev.embedonce.key.CacheKey;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.store.LeaseTable;
import dev.embedonce.store.support.OpenGuard;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases in sixteen small files, by the first digit of the key's digest: one lease a line, digest, taken, expires (both
 * epoch millis of the file system's clock), owner. A file is written anew under its lock, without its expired lines.
 * Thread-safe.
 *
 * <p>A lease that was taken later than now was taken before the clock was set back, and counts as expired: otherwise
 * all would wait until the clock has caught up.
 */
final class FileLeases implements LeaseTable {
    private static final Logger LOG = LoggerFactory.getLogger(FileLeases.class);
    private static final long CLOCK_TOLERANCE_MILLIS = CLOCK_TOLERANCE.toMillis();

    private record Lease(long taken, long expires, String owner) {
        boolean isOver(long now) {
            return expires <= now || taken > now + CLOCK_TOLERANCE_MILLIS;
        }
    }

    /** Decides over one key: the lease it has from now on, or null for none. */
    @FunctionalInterface
    private interface Change {
        @Nullable
        Lease apply(@Nullable Lease held, long now);
    }

    private final Folder folder;
    private final FolderLocks locks;
    private final OpenGuard guard;

    FileLeases(Folder folder, FolderLocks locks, OpenGuard guard) {
        this.folder = folder;
        this.locks = locks;
        this.guard = guard;
    }

    @Override
    public Set<CacheKey> tryAcquire(Collection<CacheKey> keys, String owner, Duration duration) {
        return change(keys, owner, (held, now) -> {
            boolean free = held == null || held.isOver(now) || held.owner().equals(owner);
            return free ? new Lease(now, expiry(now, duration), owner) : held;
        });
    }

    @Override
    public Set<CacheKey> renew(Collection<CacheKey> keys, String owner, Duration duration) {
        return change(keys, owner, (held, now) -> {
            boolean own = held != null && held.owner().equals(owner);
            return own ? new Lease(now, expiry(now, duration), owner) : held;
        });
    }

    @Override
    public void release(Collection<CacheKey> keys, String owner) {
        change(keys, owner, (held, now) -> held != null && held.owner().equals(owner) ? null : held);
    }

    private static long expiry(long now, Duration duration) {
        return now + Math.max(1, duration.toMillis());
    }

    /** Applies a change to every key and says which of them are the owner's afterwards. */
    private Set<CacheKey> change(Collection<CacheKey> keys, String owner, Change change) {
        guard.requireOpen();
        if (owner.isBlank() || owner.lines().count() != 1) {
            throw new IllegalArgumentException("an owner is one line of text");
        }
        Map<Integer, Map<String, CacheKey>> shards = new TreeMap<>();
        for (CacheKey key : keys) {
            String digest = digest(key);
            shards.computeIfAbsent(Character.digit(digest.charAt(0), 16), s -> new LinkedHashMap<>())
                    .put(digest, key);
        }
        Set<CacheKey> owned = new HashSet<>();
        try {
            long now = shards.isEmpty() ? 0 : folder.now().toEpochMilli();
            for (Map.Entry<Integer, Map<String, CacheKey>> shard : shards.entrySet()) {
                owned.addAll(changeShard(shard.getKey(), shard.getValue(), owner, change, now));
            }
        } catch (IOException e) {
            throw folder.unavailable("change leases", e);
        }
        return owned;
    }

    private Set<CacheKey> changeShard(int shard, Map<String, CacheKey> keys, String owner, Change change, long now)
            throws IOException {
        Set<CacheKey> owned = new HashSet<>();
        FolderLocks.Held lock = locks.hold(FolderLocks.LEASES + shard);
        try {
            Map<String, Lease> before = read(shard);
            Map<String, Lease> after = new HashMap<>(before);
            keys.forEach((digest, key) -> {
                Lease lease = change.apply(after.get(digest), now);
                if (lease == null) {
                    after.remove(digest);
                } else {
                    after.put(digest, lease);
                    if (lease.owner().equals(owner)) {
                        owned.add(key);
                    }
                }
            });
            if (!after.equals(before)) {
                write(shard, after, now);
            }
        } finally {
            lock.release();
        }
        return owned;
    }

    private static String digest(CacheKey key) {
        return FramedDigest.tagged("embedonce.files.lease.v1")
                .put("model", key.modelVersion())
                .put("preproc", key.preprocVersion())
                .put("content", key.contentHash().hex())
                .hexDigest();
    }

    private Map<String, Lease> read(int shard) throws IOException {
        Map<String, Lease> leases = new HashMap<>();
        Folder.text(folder.leaseFile(shard)).lines().forEach(line -> parse(line, leases));
        return leases;
    }

    /** Reads one line. A damaged one is no lease: that costs time, never correctness. */
    private static void parse(String line, Map<String, Lease> into) {
        String[] parts = line.split(" ", 4);
        try {
            if (parts.length == 4) {
                into.put(parts[0], new Lease(Long.parseLong(parts[1]), Long.parseLong(parts[2]), parts[3]));
            }
        } catch (NumberFormatException e) {
            LOG.debug("a damaged lease is left out", e);
        }
    }

    private void write(int shard, Map<String, Lease> leases, long now) throws IOException {
        StringBuilder text = new StringBuilder();
        leases.forEach((digest, lease) -> {
            if (!lease.isOver(now)) {
                text.append(digest).append(' ').append(lease.taken()).append(' ');
                text.append(lease.expires()).append(' ').append(lease.owner()).append('\n');
            }
        });
        folder.replace(folder.leaseFile(shard), text.toString());
    }
}
