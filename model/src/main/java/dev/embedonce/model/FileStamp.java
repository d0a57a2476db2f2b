package dev.embedonce.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What tells one state of a file from another without reading it. Times are nanoseconds since 1970; {@code ctime},
 * which the system sets by itself at every change, catches an edit that puts the old modification time back.
 */
record FileStamp(long device, long inode, long size, long mtime, long ctime) {
    /** The file's stamp now; empty where the platform has no inodes. */
    static Optional<FileStamp> of(Path file) throws IOException {
        try {
            Map<String, Object> attributes = Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime");
            return Optional.of(new FileStamp(
                    number(attributes, "dev"),
                    number(attributes, "ino"),
                    number(attributes, "size"),
                    number(attributes, "lastModifiedTime"),
                    number(attributes, "ctime")));
        } catch (UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    private static long number(Map<String, Object> attributes, String name) throws IOException {
        Object value = attributes.get(name);
        if (value instanceof Number number) {
            return number.longValue();
        }
        if (value instanceof FileTime time) {
            return time.to(TimeUnit.NANOSECONDS);
        }
        throw new IOException("the file system gives no " + name);
    }

    /** When the file was last touched in any way. */
    long touched() {
        return Math.max(mtime, ctime);
    }
}
