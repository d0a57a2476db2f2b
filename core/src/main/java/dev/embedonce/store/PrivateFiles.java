package dev.embedonce.store;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Folders and files of caches, which nobody but their owner may look into: what lies there tells which pictures
 * somebody has, and may be anything like as telling as the pictures. Folders are made with the mode 0700 and files with
 * 0600 where the system knows modes, and plainly elsewhere. What is there already keeps its mode. Stateless.
 */
public final class PrivateFiles {
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");

    private PrivateFiles() {}

    /** What to make a file at {@code path} with. */
    public static FileAttribute<?>[] ofFile(Path path) {
        return attributes(path, FILE);
    }

    /**
     * Makes a folder and those above it that are missing; one that is there, perhaps through a link, is left as it is.
     */
    public static void createFolders(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, attributes(folder, FOLDER));
        }
    }

    /** Makes an empty file unless there is one. */
    public static void createFile(Path file) throws IOException {
        if (!Files.exists(file)) {
            try {
                Files.createFile(file, ofFile(file));
            } catch (FileAlreadyExistsException e) {
                return; // somebody was faster, or it is a link into the void: whoever opens it will see
            }
        }
    }

    /** Takes a file that another program has made from all but its owner; no file is no error. */
    public static void restrict(Path file) throws IOException {
        if (knowsModes(file) && Files.exists(file)) {
            Files.setPosixFilePermissions(file, FILE);
        }
    }

    private static FileAttribute<?>[] attributes(Path path, Set<PosixFilePermission> permissions) {
        return knowsModes(path)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
    }

    /** Whether the system that {@code path} is on has POSIX modes; Windows has none. */
    public static boolean knowsModes(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
