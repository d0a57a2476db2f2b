package dev.embedonce.server.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.feature.CacheStats;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What the cache did in each ten seconds of the last hour. Thread-safe. */
public final class History implements AutoCloseable {
    private static final int SECONDS = 10;
    private static final int MOST = 360;

    private final FeatureCache cache;
    private final Deque<Point> points = new ArrayDeque<>();
    private CacheStats last;
    private final ScheduledExecutorService clock;

    /** Pictures asked for, and those among them that were not encoded, in one period. */
    private record Point(long atSeconds, long images, long reused) {}

    /** Starts to record. */
    public History(FeatureCache cache) {
        this.cache = cache;
        this.last = cache.stats();
        this.clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "embedonce-history");
            thread.setDaemon(true);
            return thread;
        });
        var unused = clock.scheduleAtFixedRate(this::note, SECONDS, SECONDS, TimeUnit.SECONDS);
    }

    private synchronized void note() {
        CacheStats now = cache.stats();
        long reused = now.hits() + now.pixelHits() - last.hits() - last.pixelHits();
        points.add(new Point(System.currentTimeMillis() / 1000, now.images() - last.images(), reused));
        last = now;
        if (points.size() > MOST) {
            points.remove();
        }
    }

    /** {@code [{"at": seconds, "images", "reused"}]}, the oldest first. */
    synchronized ArrayNode json() {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        points.forEach(point -> array.addObject()
                .put("at", point.atSeconds)
                .put("images", point.images)
                .put("reused", point.reused));
        return array;
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
