package dev.embedonce.engine;

import dev.embedonce.cache.FeatureCache;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has an engine, or a server, drop what it keeps of pictures outside the cache when something has been deleted from it:
 * at once when it is told so ({@link #follow}), and by asking every second when another process deletes. Thread-safe.
 */
public final class DeletionWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeletionWatch.class);
    private static final int SECONDS = 1;

    private final FeatureCache cache;
    private final LongConsumer forgetting;
    private final ScheduledExecutorService clock;
    private long seen;

    /**
     * Starts to watch.
     *
     * @param forgetting drops what came of requests that began before this many deletions ({@link
     *     FeatureCache#deletions})
     */
    public DeletionWatch(FeatureCache cache, LongConsumer forgetting) {
        this.cache = cache;
        this.forgetting = forgetting;
        this.seen = cache.deletions();
        this.clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "embedonce-deletions");
            thread.setDaemon(true);
            return thread;
        });
        var unused = clock.scheduleWithFixedDelay(this::look, SECONDS, SECONDS, TimeUnit.SECONDS);
    }

    private void look() {
        try {
            follow();
        } catch (RuntimeException | Error e) {
            LOG.warn("no look for deletions; the next one comes", e);
        }
    }

    /** Drops what has to go; none of it is used once this has returned. */
    public synchronized void follow() {
        long now = cache.deletions();
        if (now != seen) {
            forgetting.accept(now);
            seen = now;
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
