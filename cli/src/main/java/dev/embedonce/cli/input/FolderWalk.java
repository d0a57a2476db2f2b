package dev.embedonce.cli.input;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The files under a folder, sorted name by name; hidden files and folders (leading dot) are left out, links are
 * followed, though not in cycles. What is neither a file nor a readable folder is found too: reading it will say why.
 *
 * @param wanted which of them
 */
record FolderWalk(Path folder, Predicate<Path> wanted) {
    /** Receives what is found. */
    @FunctionalInterface
    interface Finder {
        void found(Path file) throws InterruptedException;
    }

    /** Visits everything and passes on what is wanted as it is found. */
    void run(Finder finder) throws InterruptedException {
        visit(folder, finder, new HashSet<>());
    }

    /** Finds {@code path}, or what is under it; {@code above} has the keys of the folders that it is in. */
    private void visit(Path path, Finder finder, Set<Object> above) throws InterruptedException {
        BasicFileAttributes attributes = attributes(path);
        if (attributes != null && attributes.isOther()) {
            return;
        }
        boolean entered = attributes != null && attributes.isDirectory() && enter(path, attributes, finder, above);
        if (!entered && wanted.test(path)) {
            finder.found(path);
        }
    }

    /** Finds what is under a folder. False if the folder contains itself or cannot be listed. */
    private boolean enter(Path folder, BasicFileAttributes attributes, Finder finder, Set<Object> above)
            throws InterruptedException {
        Object key = attributes.fileKey() == null ? folder : attributes.fileKey();
        List<Path> entries = above.contains(key) ? null : entries(folder);
        if (entries == null) {
            return false;
        }
        above.add(key);
        for (Path entry : entries) {
            visit(entry, finder, above);
        }
        above.remove(key);
        return true;
    }

    /** Null if nothing is there, or nothing that may be read. */
    private static @Nullable BasicFileAttributes attributes(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class);
        } catch (IOException e) {
            return null;
        }
    }

    /** Null if they cannot be listed. */
    private static @Nullable List<Path> entries(Path folder) {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, entry -> !isHidden(entry))) {
            stream.forEach(entries::add);
        } catch (IOException | DirectoryIteratorException e) {
            return null;
        }
        entries.sort(Comparator.naturalOrder());
        return entries;
    }

    private static boolean isHidden(Path entry) {
        return entry.getFileName().toString().startsWith(".");
    }
}
