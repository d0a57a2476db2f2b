package dev.embedonce.server.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.engine.PictureListener;
import dev.embedonce.engine.ServedImage;
import dev.embedonce.image.decode.Thumbnails;
import dev.embedonce.server.api.json.ServedImages;
import dev.embedonce.server.http.Caller;
import dev.embedonce.server.http.Exchange;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thumbnails of the pictures that were served last, for the page; only if that is enabled. Thumbnails are made once a
 * picture, on a thread of their own, and left out when it cannot keep up. Thread-safe.
 */
public final class RecentPictures implements PictureListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RecentPictures.class);
    private static final int MOST = 24;
    private static final int MOST_WAITING = 16;
    /** The longest side of a thumbnail, in pixels. */
    private static final int SIDE = 128;

    private static final float QUALITY = 0.75f;

    private final boolean enabled;
    private final Thumbnails thumbnails;
    private final Deque<Served> served = new ArrayDeque<>();
    private final Map<String, String> made = new LinkedHashMap<>();
    private final ThreadPoolExecutor maker;
    private long forgotten;

    /** One serving of a picture. */
    private record Served(String model, ServedImage image, long atMillis) {}

    /** Nothing served yet. */
    public RecentPictures(boolean enabled, long maxPixels) {
        this(enabled, maxPixels, maker());
    }

    RecentPictures(boolean enabled, long maxPixels, ThreadPoolExecutor maker) {
        this.enabled = enabled;
        this.thumbnails = new Thumbnails(SIDE, QUALITY, maxPixels);
        this.maker = maker;
    }

    private static ThreadPoolExecutor maker() {
        return new ThreadPoolExecutor(
                1,
                1,
                1,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                task -> {
                    Thread thread = new Thread(task, "embedonce-thumbnails");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
    }

    @Override
    public synchronized void served(String model, List<ServedImage> images, List<byte[]> encoded, long deletions) {
        if (!enabled || deletions < forgotten) {
            return;
        }
        for (int i = 0; i < images.size(); i++) {
            served.addFirst(new Served(model, images.get(i), System.currentTimeMillis()));
            String hash = images.get(i).sha256();
            if (!made.containsKey(hash)) {
                byte[] bytes = encoded.get(i);
                maker.execute(() -> make(hash, bytes, deletions));
            }
        }
        while (served.size() > MOST) {
            served.removeLast();
        }
    }

    void make(String hash, byte[] encoded, long deletions) {
        try {
            String uri = thumbnails.of(encoded).dataUri();
            synchronized (this) {
                if (deletions < forgotten) {
                    return;
                }
                made.put(hash, uri);
                for (Iterator<String> oldest = made.keySet().iterator(); made.size() > 2 * MOST && oldest.hasNext(); ) {
                    oldest.next();
                    oldest.remove();
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("no thumbnail", e);
        }
    }

    /**
     * Drops all of them, also those that are yet to be made, and accepts no more of requests that began before this
     * deletion.
     */
    public synchronized void forget(long deletions) {
        forgotten = deletions;
        maker.getQueue().clear();
        served.clear();
        made.clear();
    }

    /** Answers with them, the latest first. */
    public void list(Exchange exchange, Caller caller) throws IOException {
        exchange.json(200, json());
    }

    /** How many thumbnails there are. */
    synchronized int thumbnails() {
        return made.size();
    }

    ObjectNode json() {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("enabled", enabled);
        ArrayNode images = node.putArray("images");
        synchronized (this) {
            for (Served one : served) {
                ObjectNode image = ServedImages.json(one.image);
                image.put("model", one.model).put("at", one.atMillis);
                image.put("thumbnail", made.get(one.image.sha256()));
                images.add(image);
            }
        }
        return node;
    }

    @Override
    public void close() {
        maker.shutdownNow();
    }
}
