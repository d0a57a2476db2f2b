package dev.embedonce.cli.embed;

import dev.embedonce.cache.HashedImage;
import dev.embedonce.cache.Outcome;
import dev.embedonce.cli.Messages;
import dev.embedonce.cli.input.ImageInput.ImageStream;
import dev.embedonce.cli.input.ImageItem;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Embeds a stream of images. Workers take chunks of it and do everything for a chunk on their own thread: hash, look up, read, decode,
 * resize, encode. So all cores are busy whichever of these costs most, nothing is handed from queue to queue, and results come out in input
 * order. A file is hashed piece by piece and read only to be encoded, so memory is bounded by the encoder's batches.
 *
 * <p>What the last chunk was like decides how many images the next one has: many as long as all are known, since a look-up of many
 * costs less; one batch of the encoder as long as none is, so that at the end no worker is long alone with the last ones.
 */
final class EmbedPipeline {
    private static final int CHUNKS_AHEAD = 2;
    private static final int KNOWN_IMAGES = 128;

    private final Embedder embedder;
    private final int workers;
    private final int batch;
    private final long maxFileBytes;
    private final Tally tally;
    private int chunkImages;
    private volatile boolean stopping;

    /** Takes results in input order, on the thread that runs the pipeline. */
    interface Sink {
        void accept(ImageResult result) throws IOException;
    }

    /** A pipeline for an encoder that takes {@code batch} images at once. */
    EmbedPipeline(Embedder embedder, int workers, int batch, long maxFileBytes, Tally tally) {
        this.embedder = embedder;
        this.workers = workers;
        this.batch = batch;
        this.chunkImages = batch;
        this.maxFileBytes = maxFileBytes;
        this.tally = tally;
    }

    /** Ends the run after the chunks in flight. */
    void stop() {
        stopping = true;
    }

    /** Runs until the input ends, {@link #stop} is called, or the sink or the input fails. */
    void run(ImageStream input, Sink sink) throws IOException {
        ExecutorService threads = Executors.newFixedThreadPool(workers, task -> {
            Thread thread = new Thread(task, "embedonce-worker");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Deque<Future<List<ImageResult>>> inFlight = new ArrayDeque<>();
            List<ImageItem> chunk = nextChunk(input);
            while (!chunk.isEmpty() || !inFlight.isEmpty()) {
                if (!chunk.isEmpty() && inFlight.size() < workers + CHUNKS_AHEAD) {
                    List<ImageItem> items = chunk;
                    inFlight.add(threads.submit(() -> embed(items)));
                    chunk = nextChunk(input);
                } else {
                    List<ImageResult> results = await(inFlight.remove());
                    chunkImages = imagesAfter(results);
                    for (ImageResult result : results) {
                        sink.accept(result);
                    }
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private int imagesAfter(List<ImageResult> results) {
        long encoded = results.stream().filter(ImageResult::isEncoded).count();
        if (encoded == 0) {
            return Math.max(KNOWN_IMAGES, 2 * batch);
        }
        return encoded == results.size() ? batch : 2 * batch;
    }

    private List<ImageItem> nextChunk(ImageStream input) throws IOException {
        List<ImageItem> chunk = new ArrayList<>(chunkImages);
        while (!stopping && chunk.size() < chunkImages) {
            ImageItem item = input.next();
            if (item == null) {
                break;
            }
            chunk.add(item);
        }
        return stopping ? List.of() : chunk;
    }

    private static List<ImageResult> await(Future<List<ImageResult>> future) throws IOException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            if (e.getCause() instanceof RuntimeException runtime) {
                throw runtime;
            }
            throw new IOException(e.getCause());
        }
    }

    private List<ImageResult> embed(List<ImageItem> items) {
        ImageResult[] results = new ImageResult[items.size()];
        List<Integer> indexes = new ArrayList<>(items.size());
        List<HashedImage> images = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            try {
                images.add(items.get(i).hash(embedder::hash, maxFileBytes));
                indexes.add(i);
            } catch (IOException e) {
                results[i] = new ImageResult.Failed(items.get(i).path(), Messages.oneLine(e));
            }
        }
        List<Outcome> outcomes = images.isEmpty() ? List.of() : embedder.embed(images);
        for (int i = 0; i < outcomes.size(); i++) {
            int index = indexes.get(i);
            results[index] = ImageResult.of(items.get(index).path(), outcomes.get(i));
        }
        List<ImageResult> list = List.of(results);
        list.forEach(tally::count);
        return list;
    }
}
