package dev.embedonce.model;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.DigestMemo.Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SHA-256 digests of big files, remembered between runs: a model of gigabytes is read for its digest once, not at every
 * start. A digest is remembered under the file's device, inode, size, modification and change time, and not at all
 * while the file is younger than two seconds, since a later edit might not change the times. Nothing depends on what is
 * remembered: a file that is missing, damaged or cannot be written only costs time. Thread-safe, and safe with several
 * processes.
 *
 * <p>{@link #close} writes what is new.
 */
public final class FileDigests implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileDigests.class);
    private static final Duration SETTLED = Duration.ofSeconds(2);
    private static final int CHUNK_BYTES = 1 << 20;

    private final DigestMemo memo;
    private final boolean rehash;
    private final Clock clock;
    private final Map<Range, String> fresh = new LinkedHashMap<>();
    private final Map<Path, FileStamp> digested = new HashMap<>();
    private @Nullable Map<Range, String> remembered;

    /**
     * Digests remembered in a file of a folder.
     *
     * @param cacheFolder made if it does not exist
     * @param rehash whether to read every file even if its digest is remembered
     */
    public FileDigests(Path cacheFolder, boolean rehash) {
        this(cacheFolder, rehash, Clock.systemUTC());
    }

    FileDigests(Path cacheFolder, boolean rehash, Clock clock) {
        this.memo = new DigestMemo(cacheFolder.resolve("file-digests.txt"));
        this.rehash = rehash;
        this.clock = clock;
    }

    /**
     * The digest of a whole file, 64 lower-case hexadecimal digits.
     *
     * @throws ModelLoadException if the file cannot be read, or changes meanwhile
     */
    public String sha256(Path file) {
        return sha256(file, 0, Long.MAX_VALUE);
    }

    /**
     * The digest of part of a file.
     *
     * @param length bytes; the part ends with the file if that is shorter
     * @throws ModelLoadException as for a whole file
     */
    public synchronized String sha256(Path file, long offset, long length) {
        try {
            Optional<FileStamp> before = FileStamp.of(file);
            if (before.isEmpty()) {
                return read(file, offset, length);
            }
            Range range = new Range(
                    before.get(), offset, Math.min(length, before.get().size() - offset));
            digested.putIfAbsent(file, range.stamp());
            String known = lookup(range);
            if (known != null) {
                return known;
            }
            String digest = read(file, offset, length);
            if (!before.equals(FileStamp.of(file))) {
                throw changed(file);
            }
            if (isSettled(range.stamp())) {
                fresh.put(range, digest);
            }
            return digest;
        } catch (IOException e) {
            throw new ModelLoadException(file + ": cannot be read: " + e, e);
        }
    }

    /**
     * Checks that every file digested through this object is still as it was then, so that what was loaded in between
     * is what was digested.
     *
     * @throws ModelLoadException naming the first that is not
     */
    public synchronized void requireUnchanged() {
        for (Map.Entry<Path, FileStamp> file : digested.entrySet()) {
            try {
                if (!FileStamp.of(file.getKey()).equals(Optional.of(file.getValue()))) {
                    throw changed(file.getKey());
                }
            } catch (IOException e) {
                throw new ModelLoadException(file.getKey() + ": cannot be read: " + e, e);
            }
        }
    }

    private static ModelLoadException changed(Path file) {
        return new ModelLoadException(file + ": changed while it was being loaded");
    }

    private @Nullable String lookup(Range range) {
        String known = fresh.get(range);
        if (known != null || rehash) {
            return known;
        }
        if (remembered == null) {
            remembered = memo.read();
        }
        return remembered.get(range);
    }

    /** Whether any further change would show in the times, given clocks that agree to two seconds. */
    private boolean isSettled(FileStamp stamp) {
        Instant touched = Instant.EPOCH.plusNanos(stamp.touched());
        return touched.plus(SETTLED).isBefore(clock.instant());
    }

    private static String read(Path file, long offset, long length) throws IOException {
        MessageDigest digest = sha256();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
        try (FileChannel channel = FileChannel.open(file).position(offset)) {
            long left = length;
            while (left > 0) {
                chunk.clear().limit((int) Math.min(chunk.capacity(), left));
                int count = channel.read(chunk);
                if (count < 0) {
                    break;
                }
                digest.update(chunk.flip());
                left -= count;
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Remembers what was read. A failure to do so is logged, nothing more. */
    @Override
    public synchronized void close() {
        if (fresh.isEmpty()) {
            return;
        }
        try {
            memo.add(fresh);
            fresh.clear();
            remembered = null;
        } catch (IOException e) {
            LOG.debug("digests are not remembered", e);
        }
    }
}
