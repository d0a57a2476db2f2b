package dev.embedonce.store.files;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Named counters in a small file: one a line, percent-encoded name, space, value. Written anew under a lock.
 * Thread-safe.
 */
final class Counters {
    private static final Logger LOG = LoggerFactory.getLogger(Counters.class);

    private final Folder folder;
    private final FolderLocks locks;

    Counters(Folder folder, FolderLocks locks) {
        this.folder = folder;
        this.locks = locks;
    }

    void add(Map<String, Long> deltas) throws IOException {
        FolderLocks.Held lock = locks.hold(FolderLocks.COUNTERS);
        try {
            Map<String, Long> counters = read(folder);
            deltas.forEach((name, delta) -> counters.merge(name, delta, Long::sum));
            StringBuilder text = new StringBuilder();
            counters.forEach((name, value) -> text.append(URLEncoder.encode(name, StandardCharsets.UTF_8))
                    .append(' ')
                    .append(value)
                    .append('\n'));
            folder.replace(folder.countersFile(), text.toString());
        } finally {
            lock.release();
        }
    }

    /** All counters. A line that is damaged is left out: a count is not worth a failure. */
    static Map<String, Long> read(Folder folder) throws IOException {
        Map<String, Long> counters = new TreeMap<>();
        Folder.text(folder.countersFile()).lines().forEach(line -> parse(line, counters));
        return counters;
    }

    private static void parse(String line, Map<String, Long> into) {
        int space = line.indexOf(' ');
        try {
            into.put(
                    URLDecoder.decode(line.substring(0, Math.max(space, 0)), StandardCharsets.UTF_8),
                    Long.parseLong(line.substring(space + 1)));
        } catch (IllegalArgumentException e) {
            LOG.warn("a damaged line in the counters file is left out", e);
        }
    }
}
