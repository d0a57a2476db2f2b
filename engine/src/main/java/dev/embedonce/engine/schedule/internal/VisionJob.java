package dev.embedonce.engine.schedule.internal;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.engine.schedule.internal.VisionLane.PictureException;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.HashedImage;
import dev.embedonce.feature.Outcome;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.vlm.ImageReport;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The pictures of one request, and what is known of them so far. Its pictures are answered by one thread at a time;
 * {@link #isOver} and {@link #result} are for any.
 */
final class VisionJob {
    private final String tenant;
    private final FeatureCache cache;
    private final FeatureEncoder<ProcessedImage> encoder;
    private final long deadlineNanos;
    private final List<Picture> pictures = new ArrayList<>();
    private final List<Optional<ImageReport>> reports = new ArrayList<>();
    private final CompletableFuture<List<ImageReport>> result = new CompletableFuture<>();

    /**
     * A job whose pictures are not known yet.
     *
     * @param hashes of the pictures, by the cache's hasher
     * @param deadlineNanos when it is given up, as {@link System#nanoTime}
     */
    VisionJob(
            List<byte[]> images,
            List<ContentHash> hashes,
            FeatureCache cache,
            FeatureEncoder<ProcessedImage> encoder,
            String tenant,
            long deadlineNanos) {
        this.tenant = tenant;
        this.cache = cache;
        this.encoder = encoder;
        this.deadlineNanos = deadlineNanos;
        for (int i = 0; i < images.size(); i++) {
            pictures.add(new Picture(i, hashes.get(i), images.get(i)));
            reports.add(Optional.empty());
        }
    }

    /** A picture of the job. One that nobody waits for any more is not read, and so not decoded either. */
    final class Picture implements HashedImage {
        private final int index;
        private final ContentHash contentHash;
        private final byte[] encoded;
        private Consumer<Picture> whenRead = picture -> {};

        private Picture(int index, ContentHash contentHash, byte[] encoded) {
            this.index = index;
            this.contentHash = contentHash;
            this.encoded = encoded;
        }

        /** Its place in the request, from 0 on. */
        int index() {
            return index;
        }

        VisionJob job() {
            return VisionJob.this;
        }

        @Override
        public ContentHash contentHash() {
            return contentHash;
        }

        /** Sets who is told when it is read; the thread that reads it decodes it next. */
        void whenRead(Consumer<Picture> told) {
            whenRead = told;
        }

        @Override
        public byte[] bytes() throws IOException {
            if (isOver()) {
                throw new NobodyWaitsException();
            }
            whenRead.accept(this);
            return encoded;
        }

        /** These are the very bytes that were hashed, in memory. */
        @Override
        public HashedImage checkedBy(ContentHasher hasher) {
            return this;
        }

        void answer(Outcome.Served served, long nanos) {
            reports.set(
                    index,
                    Optional.of(new ImageReport(
                            new VisionFeatures(served.entry().tensors()),
                            contentHash,
                            served.source(),
                            Duration.ofNanos(nanos))));
            if (reports.stream().allMatch(Optional::isPresent)) {
                result.complete(reports.stream().flatMap(Optional::stream).toList());
            }
        }

        void fail(RuntimeException cause) {
            result.completeExceptionally(new PictureException(index, cause));
        }
    }

    /** Why a picture was not read. */
    static final class NobodyWaitsException extends IOException {
        private static final long serialVersionUID = 1;

        NobodyWaitsException() {
            super("nobody waits for this picture any more");
        }
    }

    String tenant() {
        return tenant;
    }

    /** The tenant's view of the cache. */
    FeatureCache cache() {
        return cache;
    }

    FeatureEncoder<ProcessedImage> encoder() {
        return encoder;
    }

    List<Picture> pictures() {
        return pictures;
    }

    CompletableFuture<List<ImageReport>> result() {
        return result;
    }

    /** Whether nobody waits for it any more: it is done, failed, cancelled, or past its deadline. */
    boolean isOver() {
        return result.isDone() || System.nanoTime() - deadlineNanos > 0;
    }

    /** Ends a job that is over, if it has not ended. */
    void end() {
        result.completeExceptionally(new TimeoutException("past its deadline"));
    }

    /** Ends it with what went wrong. */
    void fail(Throwable cause) {
        result.completeExceptionally(cause);
    }
}
