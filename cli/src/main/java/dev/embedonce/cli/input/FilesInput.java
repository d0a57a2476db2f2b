package dev.embedonce.cli.input;

import dev.embedonce.cli.CliException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A list of files. */
record FilesInput(List<Path> files) implements ImageInput {

    /** All files under a folder, sorted by path; hidden files and folders (leading dot) are left out, links are followed. */
    static FilesInput folder(Path folder) {
        return new FilesInput(walk(folder, file -> true));
    }

    /** All files that a pattern such as {@code photos/**}{@code /*.jpg} matches. */
    static FilesInput glob(String pattern) {
        int wild = pattern.length();
        for (char c : "*?[{".toCharArray()) {
            int at = pattern.indexOf(c);
            wild = at >= 0 ? Math.min(wild, at) : wild;
        }
        int slash = pattern.lastIndexOf('/', wild);
        Path start = slash < 0 ? Path.of("") : Path.of(pattern.substring(0, slash + 1));
        if (!Files.isDirectory(start)) {
            throw new CliException("no such folder: " + start + " (of the pattern " + pattern + ")");
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        List<Path> files = walk(start, matcher::matches);
        if (files.isEmpty()) {
            throw new CliException("nothing matches " + pattern);
        }
        return new FilesInput(files);
    }

    private static List<Path> walk(Path start, Predicate<Path> wanted) {
        List<Path> files = new ArrayList<>();
        try {
            Files.walkFileTree(
                    start, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                            return !folder.equals(start) && hidden(folder)
                                    ? FileVisitResult.SKIP_SUBTREE
                                    : FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                            if (!hidden(file) && !attributes.isOther() && wanted.test(file)) {
                                files.add(file);
                            }
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFileFailed(Path file, IOException e) {
                            if (!hidden(file) && wanted.test(file)) {
                                files.add(file); // listed with its reason when it is read
                            }
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + start + ": " + e.getMessage(), e);
        }
        files.sort(Comparator.naturalOrder());
        return files;
    }

    private static boolean hidden(Path path) {
        Path name = path.getFileName();
        return name != null && name.toString().startsWith(".");
    }

    @Override
    public OptionalLong count() {
        return OptionalLong.of(files.size());
    }

    @Override
    public ImageStream open() {
        Iterator<Path> rest = files.iterator();
        return new ImageStream() {
            @Override
            public @Nullable ImageItem next() {
                return rest.hasNext() ? new FileItem(rest.next()) : null;
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
    }
}
