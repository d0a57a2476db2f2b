package dev.embedonce.store.files;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoredInfo;
import dev.embedonce.store.support.PagedScan;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Lists one leaf folder at a time, so it holds no more than one folder's names. Not thread-safe. */
final class FilesPages implements PagedScan.Pages {
    /** A folder that is still to be listed. */
    private record Pending(Path path, Folder.Versions versions, int depth) {}

    private static final int LEAF_DEPTH = 1;

    private final Folder folder;
    private final Selection selection;
    private final boolean keepAccessTimes;
    private final Deque<Pending> pending = new ArrayDeque<>();

    /**
     * Starts a listing.
     *
     * @param keepAccessTimes whether looking into a file must not count as using it
     */
    FilesPages(Folder folder, Selection selection, boolean keepAccessTimes) throws IOException {
        this.keepAccessTimes = keepAccessTimes;
        this.folder = folder;
        this.selection = selection;
        for (Map.Entry<Path, Folder.Versions> namespace :
                folder.namespaces(selection).entrySet()) {
            pending.add(new Pending(namespace.getKey(), namespace.getValue(), 0));
        }
    }

    @Override
    public @Nullable List<StoredInfo> next() {
        Pending next = pending.poll();
        if (next == null) {
            return null;
        }
        try {
            if (next.depth() == LEAF_DEPTH) {
                return leaf(next);
            }
            children(next).forEach(pending::push);
            return List.of();
        } catch (IOException e) {
            throw folder.unavailable("list entries", e);
        }
    }

    private List<Pending> children(Pending parent) throws IOException {
        ContentHash only = selection.contentHash();
        if (only != null) {
            String digits = only.hex().substring(0, 2);
            return List.of(new Pending(parent.path().resolve(digits), parent.versions(), parent.depth() + 1));
        }
        List<Pending> children = new ArrayList<>();
        try (DirectoryStream<Path> inside = Files.newDirectoryStream(parent.path(), path -> Folder.isHex(path, 2))) {
            inside.forEach(path -> children.add(new Pending(path, parent.versions(), parent.depth() + 1)));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of(); // removed meanwhile
        }
        return children;
    }

    private List<StoredInfo> leaf(Pending parent) throws IOException {
        Map<CacheKey, StoredInfo> infos = new TreeMap<>(
                (a, b) -> a.contentHash().hex().compareTo(b.contentHash().hex()));
        try (DirectoryStream<Path> inside = Files.newDirectoryStream(parent.path())) {
            for (Path file : inside) {
                String name = String.valueOf(file.getFileName());
                Optional<EntryFile> kind = EntryFile.ofName(name);
                if (kind.isPresent()) {
                    info(parent.versions(), file, kind.get(), name).ifPresent(info -> infos.put(info.key(), info));
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
        return List.copyOf(infos.values());
    }

    private Optional<StoredInfo> info(Folder.Versions versions, Path file, EntryFile kind, String name)
            throws IOException {
        CacheKey key;
        try {
            String hash = name.substring(0, name.length() - kind.extension().length());
            key = new CacheKey(versions.model(), versions.preproc(), new ContentHash(hash));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // not a content hash: somebody else's file
        }
        if (!selection.matches(key)) {
            return Optional.empty();
        }
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            long bytes = contentBytes(file, kind, attributes.size());
            if (keepAccessTimes) {
                FilesCacheStore.setAccessTime(file, attributes.lastAccessTime());
            }
            return Optional.of(
                    new StoredInfo(key, bytes, attributes.lastModifiedTime().toInstant()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static long contentBytes(Path file, EntryFile kind, long size) throws IOException {
        try {
            return kind.contentBytes(file, size);
        } catch (NoSuchFileException | ClosedChannelException e) {
            throw e; // the latter because the thread was interrupted
        } catch (IOException e) {
            return size; // unreadable, and listed all the same
        }
    }
}
