package dev.embedonce.codec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks after files that hold secrets. Thread-safe. */
public final class SecretFiles {
    private static final Logger LOG = LoggerFactory.getLogger(SecretFiles.class);

    private static final Set<Path> WARNED_OF = ConcurrentHashMap.newKeySet();

    private SecretFiles() {}

    /**
     * Warns in the log, once a file, if others than its owner can read a file of secrets. The file is used all the
     * same.
     */
    public static void warnIfOthersCanRead(Path file) {
        if (canOthersRead(file) && WARNED_OF.add(file)) {
            LOG.warn("{} holds secrets and can be read by others than its owner; chmod 600 mends that", file);
        }
    }

    /**
     * Whether others than its owner can read a file; no where the file system knows no modes, or the file is not
     * there.
     */
    static boolean canOthersRead(Path file) {
        try {
            Set<PosixFilePermission> modes = Files.getPosixFilePermissions(file);
            return modes.contains(PosixFilePermission.GROUP_READ) || modes.contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
