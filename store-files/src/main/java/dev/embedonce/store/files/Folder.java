package dev.embedonce.store.files;

import dev.embedonce.error.CacheException;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.key.CacheKey;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.store.PrivateFiles;
import dev.embedonce.store.Selection;
import dev.embedonce.store.support.StoreFailure;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where things lie in a store's folder. Thread-safe.
 *
 * <pre>
 * embedonce-files.txt                       "embedonce-files 1": this is a store, and its layout
 * NAMESPACE/versions.txt                    the two versions that NAMESPACE, 64 hexadecimal digits, is the digest of
 * NAMESPACE/AA/HASH.npy                     an entry; AA are the first two digits of HASH, the content hash
 * NAMESPACE/AA/HASH.safetensors             likewise; also .link and .entry
 * .lock .usage .counters .leases/ .tmp/     bookkeeping
 * </pre>
 */
final class Folder {
    static final String VERSIONS = "versions.txt";
    private static final String MARKER = "embedonce-files.txt";
    private static final String MARKER_WORD = "embedonce-files ";
    private static final int LAYOUT = 1;
    private static final Logger LOG = LoggerFactory.getLogger(Folder.class);
    private static final Duration ABANDONED = Duration.ofHours(1);

    /** What every entry of a namespace has in its key. */
    record Versions(String model, String preproc) {
        String namespace() {
            return FramedDigest.tagged("embedonce.files.namespace.v1")
                    .put("model", model)
                    .put("preproc", preproc)
                    .hexDigest();
        }

        String text() {
            return "embedonce-namespace 1\nmodel " + model + "\npreproc " + preproc + "\n";
        }

        static Optional<Versions> parse(String text) {
            String[] lines = text.split("\n", -1);
            boolean ours = lines.length >= 3 && lines[1].startsWith("model ") && lines[2].startsWith("preproc ");
            return ours
                    ? Optional.of(new Versions(
                            lines[1].substring("model ".length()), lines[2].substring("preproc ".length())))
                    : Optional.empty();
        }
    }

    private final Path root;
    private final boolean fsync;
    private final @Nullable Clock clock;
    private final String rootPrefix;
    private final Set<Versions> described = ConcurrentHashMap.newKeySet();
    private final Map<Versions, String> namespaces = new ConcurrentHashMap<>();
    private final String tempPrefix;
    private final AtomicLong temps = new AtomicLong();

    /**
     * A folder.
     *
     * @param fsync whether small texts reach the disk before they are in place
     * @param clock instead of the file system's, or null
     */
    Folder(Path root, boolean fsync, @Nullable Clock clock) {
        this.clock = clock;
        this.root = root;
        this.fsync = fsync;
        this.rootPrefix = root + File.separator;
        byte[] random = new byte[8];
        new SecureRandom().nextBytes(random);
        this.tempPrefix = ProcessHandle.current().pid() + "-" + HexFormat.of().formatHex(random) + "-";
    }

    Path root() {
        return root;
    }

    Path lockFile() {
        return root.resolve(".lock");
    }

    Path usageFile() {
        return root.resolve(".usage");
    }

    Path countersFile() {
        return root.resolve(".counters");
    }

    Path leaseFile(int shard) {
        return root.resolve(".leases").resolve(Integer.toHexString(shard));
    }

    private Path temps() {
        return root.resolve(".tmp");
    }

    /** A file name that nobody else uses, on the same file system as the entries. */
    Path newTemp() {
        return temps().resolve(tempPrefix + temps.incrementAndGet());
    }

    boolean isStore() {
        return Files.exists(root.resolve(MARKER));
    }

    /**
     * Checks the layout.
     *
     * @throws StoreUnavailableException if the folder holds something else or a newer layout
     */
    void requireOurs() throws IOException {
        Path marker = root.resolve(MARKER);
        if (!Files.exists(marker)) {
            try (DirectoryStream<Path> inside = Files.newDirectoryStream(root, path -> !isBookkeeping(path))) {
                if (inside.iterator().hasNext()) {
                    throw new StoreUnavailableException(
                            root + " is not empty and not an EmbedOnce store: it has no " + MARKER);
                }
            }
            return;
        }
        String text = Files.readString(marker).strip();
        if (!text.equals(MARKER_WORD + LAYOUT)) {
            throw new StoreUnavailableException(marker + " says '" + text + "'; this build knows '" + MARKER_WORD
                    + LAYOUT + "': the store was made by a newer EmbedOnce, or the file is damaged");
        }
    }

    private static boolean isBookkeeping(Path path) {
        return String.valueOf(path.getFileName()).startsWith(".");
    }

    /** Makes what is missing. */
    void setUp() throws IOException {
        PrivateFiles.createFolders(temps());
        PrivateFiles.createFolders(root.resolve(".leases"));
        if (!isStore()) {
            replace(root.resolve(MARKER), MARKER_WORD + LAYOUT + "\n");
        }
        removeAbandonedTemps();
    }

    private void removeAbandonedTemps() throws IOException {
        Instant limit = now().minus(ABANDONED);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(temps())) {
            for (Path file : files) {
                try {
                    if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                        Files.deleteIfExists(file);
                    }
                } catch (NoSuchFileException e) {
                    LOG.debug("{} was removed by its writer", file, e);
                }
            }
        }
    }

    /** The time on the file system's clock, which all processes that share the folder share too. */
    Instant now() throws IOException {
        if (clock != null) {
            return clock.instant();
        }
        Path file = newTemp();
        Files.createFile(file, PrivateFiles.ofFile(file));
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** Puts a small text in the place of a file: readers see the old text or the new one. */
    void replace(Path file, String text) throws IOException {
        Path temp = newTemp();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try {
            Files.createFile(temp, PrivateFiles.ofFile(temp));
            if (fsync) {
                Files.write(temp, bytes, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
            } else {
                Files.write(temp, bytes, StandardOpenOption.WRITE);
            }
            Files.move(temp, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temp);
        }
    }

    /** A file's text, or an empty one if the file is not there. */
    static String text(Path file) throws IOException {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    String namespace(CacheKey key) {
        return namespaces.computeIfAbsent(new Versions(key.modelVersion(), key.preprocVersion()), Versions::namespace);
    }

    /**
     * The folder that a key's entry lies in. There are 256 in a namespace: making a folder costs more than making a
     * file, so a deeper tree would be slower up to tens of millions of entries.
     */
    String leaf(CacheKey key) {
        return rootPrefix
                + namespace(key)
                + File.separator
                + key.contentHash().hex().substring(0, 2);
    }

    Path file(CacheKey key, EntryFile kind) {
        return Path.of(leaf(key) + File.separator + key.contentHash().hex() + kind.extension());
    }

    static int contentLock(CacheKey key) {
        return FolderLocks.CONTENT + Integer.parseInt(key.contentHash().hex(), 0, 2, 16);
    }

    /** The namespaces whose versions match. A namespace whose versions cannot be told is left out. */
    Map<Path, Versions> namespaces(Selection selection) throws IOException {
        Map<Path, Versions> found = new LinkedHashMap<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, path -> isHex(path, 64))) {
            for (Path folder : folders) {
                Optional<Versions> versions = versions(folder);
                if (versions.isEmpty()) {
                    versions = echoedVersions(folder);
                }
                if (versions.isPresent() && matches(selection, versions.get())) {
                    found.put(folder, versions.get());
                }
            }
        }
        return found;
    }

    private static boolean matches(Selection selection, Versions versions) {
        return (selection.modelVersion() == null || selection.modelVersion().equals(versions.model()))
                && (selection.preprocVersion() == null
                        || selection.preprocVersion().equals(versions.preproc()));
    }

    static boolean isHex(Path path, int digits) {
        String name = String.valueOf(path.getFileName());
        return name.length() == digits && name.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    private static Optional<Versions> versions(Path namespace) throws IOException {
        String name = String.valueOf(namespace.getFileName());
        return Versions.parse(text(namespace.resolve(VERSIONS)))
                .filter(versions -> versions.namespace().equals(name));
    }

    /** The versions that a namespace's own entries echo: for one whose {@value #VERSIONS} was lost. */
    private static Optional<Versions> echoedVersions(Path namespace) throws IOException {
        String name = String.valueOf(namespace.getFileName());
        try (Stream<Path> files = Files.walk(namespace)) {
            return files.flatMap(file -> EntryFile.echo(file).stream())
                    .filter(versions -> versions.namespace().equals(name))
                    .findFirst();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Writes down which versions a key's namespace stands for, if that is not there yet. Reads the file once. */
    void describeNamespaceOnce(CacheKey key) throws IOException {
        Versions versions = new Versions(key.modelVersion(), key.preprocVersion());
        if (!described.contains(versions)) {
            describeNamespace(versions);
            described.add(versions);
        }
    }

    private void describeNamespace(Versions versions) throws IOException {
        Path namespace = root.resolve(versions.namespace());
        if (!versions(namespace).equals(Optional.of(versions))) {
            PrivateFiles.createFolders(namespace);
            replace(namespace.resolve(VERSIONS), versions.text());
        }
    }

    /** What an I/O error means for a caller. */
    CacheException unavailable(String doing, IOException e) {
        String reason = e instanceof ClosedChannelException
                ? "the thread was interrupted"
                : e instanceof AccessDeniedException
                        ? "permission denied: " + e.getMessage()
                        : e instanceof FileSystemException known && known.getReason() != null
                                ? known.getReason()
                                : String.valueOf(e.getMessage());
        return StoreFailure.of("the files store " + root + " cannot " + doing + ": " + reason, e);
    }

    static boolean isReadOnly(IOException e) {
        String reason = e instanceof FileSystemException known ? known.getReason() : null;
        return e instanceof AccessDeniedException
                || (reason != null && reason.toLowerCase(Locale.ROOT).contains("read-only"));
    }
}
