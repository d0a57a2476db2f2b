package dev.embedonce.table;

import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.store.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A table in a folder of a file system. A new folder is its owner's alone; what lies in it has the modes that the
 * user's umask gives, so that a folder made for several users serves them. Thread-safe.
 *
 * <p>A file is created under another name, brought to the disk, and then given its name as a second one (a hard link),
 * which the system does at once and only if the name is free. File systems without hard links are refused.
 */
public final class LocalTableFiles implements TableFiles {
    private final Path root;

    /** The table in this folder; it need not be there yet. */
    public LocalTableFiles(Path root) {
        this.root = root;
    }

    @Override
    public String description() {
        return "table:" + root;
    }

    /** A file of the table. */
    public Path resolve(String path) {
        return root.resolve(path);
    }

    @Override
    public List<String> folders() throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(root)) {
            return children.filter(Files::isDirectory)
                    .map(child -> child.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @Override
    public List<Listed> list(String folder) throws IOException {
        Path top = root.resolve(folder);
        List<Listed> files = new ArrayList<>();
        Files.walkFileTree(top, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String path = top.relativize(file)
                        .toString()
                        .replace(root.getFileSystem().getSeparator(), "/");
                files.add(new Listed(
                        path, attributes.size(), attributes.lastModifiedTime().toInstant()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE; // there is no such folder, or deleted since it was found
                }
                throw e;
            }
        });
        return files;
    }

    @Override
    public byte[] read(String path) throws IOException {
        return Files.readAllBytes(root.resolve(path));
    }

    @Override
    public boolean createIfAbsent(String path, byte[] content) throws IOException {
        Path file = root.resolve(path);
        makeFolders(file);
        Path temporary = file.resolveSibling("." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel out =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer left = ByteBuffer.wrap(content);
                while (left.hasRemaining()) {
                    out.write(left);
                }
                out.force(true);
            }
            Files.createLink(file, temporary);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Makes the folder of a file that is to be written, the table's own too. */
    public void makeFolders(Path file) throws IOException {
        PrivateFiles.createFolders(root);
        Files.createDirectories(file.getParent());
    }

    @Override
    public void requireAtomicCreate() throws IOException {
        Path first = root.resolve("." + UUID.randomUUID() + ".tmp");
        Path second = root.resolve("." + UUID.randomUUID() + ".tmp");
        makeFolders(first);
        try {
            Files.createFile(first);
            Files.createLink(second, first);
        } catch (UnsupportedOperationException | FileSystemException e) {
            if (!Files.exists(first)) {
                throw e; // not for want of links
            }
            throw new StoreUnavailableException(
                    "cannot publish in " + root + ": its file system has no hard links, and so cannot make a file under"
                            + " its name at once",
                    e);
        } finally {
            Files.deleteIfExists(second);
            Files.deleteIfExists(first);
        }
    }

    @Override
    public void delete(String path) throws IOException {
        Files.deleteIfExists(root.resolve(path));
    }
}
