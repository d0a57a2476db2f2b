package dev.embedonce.store;

import java.util.Iterator;

/**
 * A listing in progress. Entries that are put or removed meanwhile may or may not appear; every other one appears
 * exactly once. Not thread-safe; close it. Removing entries of the same store while a scan is open is allowed.
 */
public interface StoreScan extends Iterator<StoredInfo>, AutoCloseable {
    @Override
    void close();
}
