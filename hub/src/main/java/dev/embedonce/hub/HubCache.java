package dev.embedonce.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * The cache's layout, shared with Python's {@code huggingface_hub}: below {@code models--organisation--name} there are
 * {@code blobs/<etag>} with contents, {@code snapshots/<commit>/<file>} as symbolic links to them, and {@code
 * refs/<revision>} with the commit a branch stood at.
 *
 * <p>A partial download is {@code blobs/<etag>.embedonce.incomplete}: Python's has another ending, since neither sees
 * the other's locks.
 */
final class HubCache {
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern ETAG = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    /** Locks of files hold between processes; these hold between the threads of this one. */
    private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final Path root;

    HubCache(Path root) {
        this.root = root.toAbsolutePath();
    }

    /** Something to do while a lock is held. */
    interface Work {
        void run() throws IOException;
    }

    Path repository(HubId id) {
        return root.resolve("models--" + id.repository().replace("/", "--"));
    }

    /** The folder of the revision, if the cache knows it. */
    Optional<Path> snapshot(HubId id) {
        try {
            String commit = COMMIT.matcher(id.revision()).matches()
                    ? id.revision()
                    : Files.readString(reference(id)).strip();
            Path folder = snapshot(id, commit);
            return Files.isDirectory(folder) ? Optional.of(folder) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The folder of a commit, whether it exists or not. */
    Path snapshot(HubId id, String commit) throws IOException {
        return repository(id).resolve("snapshots").resolve(checked(COMMIT, "commit", commit));
    }

    Path blob(HubId id, String etag) throws IOException {
        return repository(id).resolve("blobs").resolve(checked(ETAG, "etag", etag));
    }

    /** The partial download of that content, which the next attempt continues. */
    Path incomplete(HubId id, String etag) throws IOException {
        Path blob = blob(id, etag);
        return blob.resolveSibling(blob.getFileName() + ".embedonce.incomplete");
    }

    /** A file of a snapshot, whether it exists or not. */
    Path file(HubId id, String commit, String name) throws IOException {
        Path folder = snapshot(id, commit);
        Path file = folder.resolve(name).normalize();
        if (!file.startsWith(folder) || file.equals(folder)) {
            throw new IOException("the hub names a file outside of the model: '" + name + "'");
        }
        return file;
    }

    void putReference(HubId id, String commit) throws IOException {
        if (id.revision().equals(commit)) {
            return;
        }
        Path reference = reference(id);
        Files.createDirectories(reference.getParent());
        Path temporary = Files.createTempFile(reference.getParent(), "ref", ".tmp");
        Files.writeString(temporary, commit);
        Files.move(temporary, reference, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path reference(HubId id) {
        return repository(id).resolve("refs").resolve(id.revision());
    }

    /** Makes a file of a snapshot point at its content; where there are no links, the content is copied. */
    void link(HubId id, String commit, String name, String etag) throws IOException {
        Path file = file(id, commit, name);
        Path blob = blob(id, etag);
        Path folder = file.getParent();
        if (folder == null) {
            throw new IOException(file + " has no folder");
        }
        Files.createDirectories(folder);
        Path temporary = folder.resolve(
                "." + file.getFileName() + "." + Thread.currentThread().getId() + ".tmp");
        Files.deleteIfExists(temporary);
        linkOrCopy(temporary, folder.relativize(blob), blob, Files::createSymbolicLink);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** How a link is made. */
    interface Linker {
        Path link(Path link, Path target, FileAttribute<?>... attributes) throws IOException;
    }

    /** Where there are no links, or they need a privilege that this user lacks (Windows), the content is copied. */
    static void linkOrCopy(Path link, Path target, Path content, Linker linker) throws IOException {
        try {
            linker.link(link, target);
        } catch (UnsupportedOperationException | FileSystemException e) {
            Files.copy(content, link, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Runs {@code work} while no other thread or process of ours does the same for that content. */
    void locked(HubId id, String etag, Work work) throws IOException {
        Path folder = root.resolve(".locks").resolve(repository(id).getFileName());
        Files.createDirectories(folder);
        Path file = folder.resolve(checked(ETAG, "etag", etag) + ".embedonce.lock");
        ReentrantLock threads = THREADS.computeIfAbsent(file, f -> new ReentrantLock());
        threads.lock();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (!lock.isValid()) {
                throw new IOException(file + " cannot be locked");
            }
            work.run();
        } finally {
            threads.unlock();
        }
    }

    private static String checked(Pattern pattern, String what, String value) throws IOException {
        if (!pattern.matcher(value).matches()) {
            throw new IOException("the hub gave the " + what + " '" + value + "', which cannot be the name of a file");
        }
        return value;
    }
}
