package dev.embedonce.engine.schedule.internal;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Source;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.image.pixel.Cancellation;
import dev.embedonce.vlm.ImageReport;
import dev.embedonce.vlm.vision.ProcessedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the features of pictures beside the decode thread. Each picture is hashed and looked up once, on its request's
 * thread; those that are known are served there and wait for nobody. The others are encoded on a thread of the lane's
 * own, a few pictures at a time; the next ones are those of the tenant that has had least of the lane's time ({@link
 * FairQueue}). Pictures that nobody waits for any more leave the lane undecoded. What one batch throws fails its
 * requests, and not the lane. Thread-safe.
 */
public final class VisionLane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VisionLane.class);

    private final IntFunction<FeatureEncoder<ProcessedImage>> encoders;
    private final int mostInATurn;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final FairQueue<VisionJob.Picture> waiting = new FairQueue<>();
    private boolean closed;
    private final Thread thread;

    /**
     * Starts the lane's thread.
     *
     * @param encoders by the number of pictures in a request
     * @param mostInATurn the most pictures that are encoded together, at least 1; others wait for no more than these
     */
    public VisionLane(String name, IntFunction<FeatureEncoder<ProcessedImage>> encoders, int mostInATurn) {
        this.encoders = encoders;
        this.mostInATurn = mostInATurn;
        this.thread = new Thread(this::run, "embedonce-vision-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** No features could be made of one picture of a request. */
    public static final class PictureException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int index;

        PictureException(int index, RuntimeException cause) {
            super(cause.getMessage(), cause);
            this.index = index;
        }

        /** Which picture of the request, from 0 on. */
        public int index() {
            return index;
        }
    }

    /**
     * The features of a request's pictures.
     *
     * @param images encoded bytes, not to be changed afterwards
     * @param cache the tenant's view of it
     * @param tenant whose view that is
     * @param deadlineNanos when the request is given up, as {@link System#nanoTime}
     * @return for each picture, in order; or a {@link PictureException}, or whatever else went wrong, a
     *     {@link java.util.concurrent.TimeoutException} if it took too long. Cancelled, its pictures leave the lane
     * @throws IllegalStateException if the lane is closed
     */
    public CompletableFuture<List<ImageReport>> features(
            List<byte[]> images, FeatureCache cache, String tenant, long deadlineNanos) {
        if (images.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        long start = System.nanoTime();
        List<ContentHash> hashes =
                images.stream().map(image -> hash(image, cache)).toList();
        VisionJob job = new VisionJob(images, hashes, cache, encoders.apply(images.size()), tenant, deadlineNanos);
        List<Optional<Outcome.Served>> known = cache.getKnown(job.pictures(), job.encoder());
        long nanosEach = (System.nanoTime() - start) / images.size();
        List<VisionJob.Picture> missing = new ArrayList<>();
        for (VisionJob.Picture picture : job.pictures()) {
            Optional<Outcome.Served> served = known.get(picture.index());
            served.ifPresent(answer -> picture.answer(answer, nanosEach));
            if (served.isEmpty()) {
                missing.add(picture);
            }
        }
        if (!missing.isEmpty()) {
            add(missing, tenant);
        }
        return job.result();
    }

    private static ContentHash hash(byte[] image, FeatureCache cache) {
        try {
            return cache.hash(new ByteArrayInputStream(image));
        } catch (IOException e) {
            throw new UncheckedIOException("memory can be read", e);
        }
    }

    private void add(List<VisionJob.Picture> pictures, String tenant) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the vision lane is closed");
            }
            pictures.forEach(picture -> waiting.add(tenant, picture));
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Requests whose pictures wait. */
    public int waiting() {
        lock.lock();
        try {
            return (int) waiting.values().stream()
                    .map(VisionJob.Picture::job)
                    .distinct()
                    .count();
        } finally {
            lock.unlock();
        }
    }

    /** Whether its thread is alive. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    private void run() {
        try {
            boolean open = true;
            while (open) {
                open = turn();
            }
        } finally {
            lock.lock();
            try {
                closed = true;
                CancellationException closing = new CancellationException("the vision lane is closed");
                waiting.removeIf(picture -> true)
                        .forEach(picture -> picture.job().fail(closing));
            } finally {
                lock.unlock();
            }
        }
    }

    /** One batch; returns whether to go on. Whatever it throws ends the requests in it, and not the thread. */
    private boolean turn() {
        List<VisionJob.Picture> turn = List.of();
        try {
            turn = next();
            Map<List<String>, List<VisionJob.Picture>> alike = new LinkedHashMap<>();
            for (VisionJob.Picture picture : turn) {
                VisionJob job = picture.job();
                alike.computeIfAbsent(List.of(job.tenant(), job.encoder().preprocVersion()), k -> new ArrayList<>())
                        .add(picture);
            }
            alike.values().forEach(this::encode);
            return !turn.isEmpty();
        } catch (Throwable e) {
            fail(turn, e);
            return true;
        }
    }

    /** The pictures to encode next; none when closed. */
    private List<VisionJob.Picture> next() {
        lock.lock();
        try {
            while (true) {
                if (closed) {
                    return List.of();
                }
                waiting.removeIf(picture -> picture.job().isOver())
                        .forEach(picture -> picture.job().end());
                List<VisionJob.Picture> turn = new ArrayList<>();
                while (turn.size() < mostInATurn && waiting.size() > 0) {
                    VisionJob.Picture picture = waiting.poll();
                    if (picture != null) {
                        turn.add(picture);
                    }
                }
                if (!turn.isEmpty()) {
                    return turn;
                }
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Encodes pictures of one tenant and encoder. */
    private void encode(List<VisionJob.Picture> pictures) {
        VisionJob first = pictures.get(0).job();
        long start = System.nanoTime();
        try {
            List<Outcome> outcomes =
                    untilNobodyWaits(pictures, () -> first.cache().getOrComputeHashed(pictures, first.encoder()));
            Times times = Times.of(outcomes, System.nanoTime() - start);
            for (int i = 0; i < outcomes.size(); i++) {
                settle(pictures.get(i), outcomes.get(i), times);
            }
        } catch (Throwable e) {
            fail(pictures, e);
        } finally {
            charge(first.tenant(), System.nanoTime() - start);
        }
    }

    /** Encodes pictures; the decoding of one ends when nobody waits for it any more. */
    private static List<Outcome> untilNobodyWaits(List<VisionJob.Picture> pictures, Supplier<List<Outcome>> encoding) {
        AtomicReference<VisionJob> decoded = new AtomicReference<>();
        pictures.forEach(picture -> picture.whenRead(read -> decoded.set(read.job())));
        return Cancellation.during(
                () -> {
                    VisionJob job = decoded.get();
                    return job != null && job.isOver();
                },
                encoding);
    }

    private static void fail(List<VisionJob.Picture> pictures, Throwable cause) {
        pictures.forEach(picture -> picture.job().fail(cause));
        LOG.error("pictures could not be encoded", cause);
    }

    private void settle(VisionJob.Picture picture, Outcome outcome, Times times) {
        if (outcome instanceof Outcome.Served served) {
            picture.answer(served, times.of(served.source()));
            return;
        }
        RuntimeException error = ((Outcome.Failed) outcome).error();
        boolean nobodyWaits =
                error instanceof CancellationException || error.getCause() instanceof VisionJob.NobodyWaitsException;
        if (!nobodyWaits) {
            picture.fail(error);
        } else if (picture.job().isOver()) {
            picture.job().end();
        } else {
            putBack(picture); // the same content was in this batch for a request that is over
        }
    }

    private void putBack(VisionJob.Picture picture) {
        lock.lock();
        try {
            waiting.putBack(picture.job().tenant(), picture);
        } finally {
            lock.unlock();
        }
    }

    private void charge(String tenant, long nanos) {
        lock.lock();
        try {
            waiting.charge(tenant, nanos);
        } finally {
            lock.unlock();
        }
    }

    /** How a batch's time is divided: among the pictures that were encoded, or among all if none was. */
    private record Times(long encodedNanos, long otherNanos) {
        static Times of(List<Outcome> outcomes, long nanos) {
            long encoded = outcomes.stream()
                    .filter(Outcome.Served.class::isInstance)
                    .filter(outcome -> ((Outcome.Served) outcome).source() == Source.ENCODED)
                    .count();
            return encoded == 0 ? new Times(0, nanos / outcomes.size()) : new Times(nanos / encoded, 0);
        }

        long of(Source source) {
            return source == Source.ENCODED ? encodedNanos : otherNanos;
        }
    }

    /** Ends after the batch under way; what waits fails. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
