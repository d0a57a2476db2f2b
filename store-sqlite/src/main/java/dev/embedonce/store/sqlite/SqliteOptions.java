package dev.embedonce.store.sqlite;

import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a store is opened.
 *
 * @param fsync whether a write is on the disk, not only with the operating system, when it returns
 * @param busyTimeout how long to wait for another process's write
 * @param mmapBytes how much of the file is read through a memory map, at most; 0 for none
 * @param clock instead of SQLite's own clock; null for that
 */
record SqliteOptions(
        boolean fsync,
        Duration busyTimeout,
        long mmapBytes,
        @Nullable Clock clock) {
    static final SqliteOptions DEFAULT = new SqliteOptions(false, Duration.ofSeconds(10), 0, null);
}
