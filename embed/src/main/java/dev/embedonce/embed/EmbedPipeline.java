package dev.embedonce.embed;

import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.feature.FeatureProvider;
import dev.embedonce.feature.HashedImage;
import dev.embedonce.feature.Outcome;
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
import org.jspecify.annotations.Nullable;

/**
 * Embeds streams of images, with a cache or without one.
 *
 * <pre>{@code
 * EmbedPipeline pipeline = EmbedPipeline.builder(cache, encoder).workers(4).build();
 * try (ResultStream results = pipeline.open(ImageStream.of(items))) {
 *     for (ImageResult result = results.next(); result != null; result = results.next()) {
 *         ...
 *     }
 * }
 * }</pre>
 *
 * <p>Workers take chunks of the input and do everything for a chunk on their own thread: hash, look up, read, decode,
 * resize, encode. So all cores are busy whichever of these steps costs most, nothing is handed from queue to queue, and
 * results come out in input order. A file is hashed piece by piece and read only to be encoded, so memory is bounded by
 * the encoder's batches, and by the chunks in progress where the input brings its bytes along.
 *
 * <p>What the last chunk was like decides how many images the next one has: many as long as all are known, since a
 * look-up of many costs less; one batch of the encoder as long as none is, so that at the end the last images do not
 * keep one worker busy for long.
 *
 * <p>The provider and the encoder belong to the caller, who closes them after the streams. Thread-safe.
 */
public final class EmbedPipeline {
    private static final int CHUNKS_AHEAD = 2;
    private static final int KNOWN_IMAGES = 128;

    private final FeatureProvider features;
    private final ImageEncoder encoder;
    private final int workers;
    private final int batch;
    private final long maxImageBytes;
    private final Tally tally = new Tally();
    private volatile boolean stopping;

    /** Takes results in input order, on the thread that runs the pipeline. */
    @FunctionalInterface
    public interface Sink {
        void accept(ImageResult result) throws IOException;
    }

    private EmbedPipeline(Builder builder) {
        this.features = builder.features;
        this.encoder = builder.encoder;
        this.workers = builder.workers;
        this.batch = builder.batch;
        this.maxImageBytes = builder.maxImageBytes;
    }

    /**
     * A pipeline with default settings to be changed.
     *
     * @param features a {@link dev.embedonce.cache.FeatureCache}, or {@link dev.embedonce.cache.UncachedFeatures} for
     *     no cache
     */
    public static Builder builder(FeatureProvider features, ImageEncoder encoder) {
        return new Builder(features, encoder);
    }

    /** The counts of the images so far, a little ahead of the results that have been taken. */
    public Tally tally() {
        return tally;
    }

    /**
     * Ends all runs after the chunks in progress: their results still come, then the streams end. This cannot be
     * undone.
     */
    public void stop() {
        stopping = true;
    }

    /** Starts to embed {@code input}, which the caller closes, after the results. */
    public ResultStream open(ImageStream input) {
        return new Run(input);
    }

    /**
     * Embeds {@code input} until it ends or {@link #stop} is called.
     *
     * @throws IOException if the input or the sink fails
     */
    public void run(ImageStream input, Sink sink) throws IOException {
        try (ResultStream results = open(input)) {
            for (ImageResult result = results.next(); result != null; result = results.next()) {
                sink.accept(result);
            }
        }
    }

    private List<ImageResult> embed(List<ImageItem> items) {
        ImageResult[] results = new ImageResult[items.size()];
        List<Integer> indexes = new ArrayList<>(items.size());
        List<HashedImage> images = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            try {
                images.add(items.get(i).hash(features::hash, maxImageBytes));
                indexes.add(i);
            } catch (IOException e) {
                results[i] = new ImageResult.Failed(items.get(i).path(), e);
            }
        }
        List<Outcome> outcomes = images.isEmpty() ? List.of() : features.getOrComputeHashed(images, encoder);
        for (int i = 0; i < outcomes.size(); i++) {
            int index = indexes.get(i);
            results[index] = ImageResult.of(items.get(index).path(), outcomes.get(i));
        }
        List<ImageResult> list = List.of(results);
        list.forEach(tally::count);
        return list;
    }

    /** One stream on its way through the workers. */
    private final class Run implements ResultStream {
        private final ImageStream input;
        private final ExecutorService threads = Executors.newFixedThreadPool(workers, task -> {
            Thread thread = new Thread(task, "embedonce-worker");
            thread.setDaemon(true);
            return thread;
        });
        private final Deque<Future<List<ImageResult>>> inWork = new ArrayDeque<>();
        private final Deque<ImageResult> done = new ArrayDeque<>();
        private int chunkImages = batch;
        private boolean ended;

        Run(ImageStream input) {
            this.input = input;
        }

        @Override
        public @Nullable ImageResult next() throws IOException {
            if (done.isEmpty()) {
                keepWorkersBusy();
                if (!inWork.isEmpty()) {
                    List<ImageResult> results = await(inWork.remove());
                    chunkImages = imagesAfter(results);
                    done.addAll(results);
                }
            }
            return done.poll();
        }

        private void keepWorkersBusy() throws IOException {
            while (!ended && inWork.size() < workers + CHUNKS_AHEAD) {
                List<ImageItem> chunk = nextChunk();
                if (chunk.isEmpty()) {
                    ended = true;
                } else {
                    inWork.add(threads.submit(() -> embed(chunk)));
                }
            }
        }

        private List<ImageItem> nextChunk() throws IOException {
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

        private int imagesAfter(List<ImageResult> results) {
            long encoded = results.stream().filter(ImageResult::isEncoded).count();
            if (encoded == 0) {
                return Math.max(KNOWN_IMAGES, 2 * batch);
            }
            return encoded == results.size() ? batch : 2 * batch;
        }

        @Override
        public void close() {
            ended = true;
            inWork.clear();
            done.clear();
            threads.shutdownNow();
        }
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

    /** Settings of a pipeline. */
    public static final class Builder {
        private final FeatureProvider features;
        private final ImageEncoder encoder;
        private int workers = Runtime.getRuntime().availableProcessors();
        private int batch;
        private long maxImageBytes = 256L << 20;

        private Builder(FeatureProvider features, ImageEncoder encoder) {
            this.features = features;
            this.encoder = encoder;
            this.batch = encoder.batchSize();
        }

        /**
         * How many images are in progress at once. Default: one a core. An encoder with more than one thread needs
         * fewer.
         */
        public Builder workers(int newWorkers) {
            this.workers = newWorkers;
            return this;
        }

        /** How many images a worker takes at once while none is known. Default: as many as the encoder. */
        public Builder batch(int images) {
            this.batch = images;
            return this;
        }

        /** The most bytes of an image; a larger one fails. Default 256 MiB. */
        public Builder maxImageBytes(long bytes) {
            this.maxImageBytes = bytes;
            return this;
        }

        /**
         * A pipeline with these settings.
         *
         * @throws IllegalArgumentException if one of them is too small
         */
        public EmbedPipeline build() {
            requireAtLeast(1, "workers", workers);
            requireAtLeast(1, "batch", batch);
            requireAtLeast(0, "maxImageBytes", maxImageBytes);
            return new EmbedPipeline(this);
        }

        private static void requireAtLeast(int least, String name, long value) {
            if (value < least) {
                throw new IllegalArgumentException(name + ": expected at least " + least + "; found " + value);
            }
        }
    }
}
