package dev.embedonce.server.schedule;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.cache.Outcome;
import dev.embedonce.cache.Source;
import dev.embedonce.codec.Lookup;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.vlm.ImageReport;
import dev.embedonce.vlm.VisionLanguageModel;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.VisionEncoder;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Finds the features of pictures beside the decode thread. Pictures of all waiting requests are looked up, and encoded where they
 * are missing, in batches on a thread of their own; a request whose pictures are all known does not wait for others' cold ones.
 * Thread-safe.
 */
public final class VisionLane implements AutoCloseable {
    private static final int REMEMBERED = 65_536;

    private final VisionLanguageModel model;
    private final int batch;
    private final Function<Integer, VisionEncoder> encoders;
    private final Set<CacheKey> known = Collections.newSetFromMap(new RecentKeys());

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final FairQueue<Job> waiting = new FairQueue<>();
    private boolean closed;
    private final Thread thread;

    /**
     * Starts the lane's thread.
     *
     * @param batch the most pictures in one go, unless one request has more
     */
    public VisionLane(String name, VisionLanguageModel model, int batch) {
        this.model = model;
        this.batch = batch;
        this.encoders =
                images -> this.model.visionEncoder(ImageSettings.DEFAULT.withImagesInRequest(Math.max(1, images)));
        this.thread = new Thread(this::run, "embedonce-vision-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private static final class RecentKeys extends LinkedHashMap<CacheKey, Boolean> {
        private static final long serialVersionUID = 1;

        RecentKeys() {
            super(64, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<CacheKey, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    }

    /** The pictures of one request. */
    private record Job(
            String tenant,
            List<byte[]> images,
            FeatureCache cache,
            VisionEncoder encoder,
            CompletableFuture<List<ImageReport>> reports) {}

    /** A picture of a request that gives no features. */
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
     * @param cache the tenant's view of it
     * @param tenant whose view that is
     * @return for each picture, in order; or a {@link PictureException}, or the cache's own. Cancelled, it is not begun any more
     */
    public CompletableFuture<List<ImageReport>> features(List<byte[]> images, FeatureCache cache, String tenant) {
        if (images.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        Job job = new Job(tenant, images, cache, encoders.apply(images.size()), new CompletableFuture<>());
        if (images.stream().map(image -> cache.keyOf(image, job.encoder)).allMatch(key -> isKnown(key, cache))) {
            answer(List.of(job));
            return job.reports;
        }
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the vision lane is closed");
            }
            waiting.add(tenant, job);
            changed.signal();
        } finally {
            lock.unlock();
        }
        return job.reports;
    }

    private boolean isKnown(CacheKey key, FeatureCache cache) {
        synchronized (known) {
            if (known.contains(key)) {
                return true;
            }
        }
        return cache.peek(key).filter(Lookup.Hit.class::isInstance).isPresent();
    }

    /** Requests whose pictures wait. */
    public int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** The model's pictures alone in a request, as caches see it. */
    public VisionEncoder encoder() {
        return encoders.apply(1);
    }

    /** Forgets which pictures are known. */
    public void forget() {
        synchronized (known) {
            known.clear();
        }
    }

    private void run() {
        while (true) {
            List<Job> jobs = next();
            if (jobs.isEmpty()) {
                return;
            }
            Map<List<String>, List<Job>> alike = new LinkedHashMap<>();
            for (Job job : jobs) {
                alike.computeIfAbsent(List.of(job.tenant, job.encoder.preprocVersion()), k -> new ArrayList<>())
                        .add(job);
            }
            alike.values().forEach(this::answer);
        }
    }

    /** As many waiting jobs as make a batch; none when closed. */
    private List<Job> next() {
        lock.lock();
        try {
            while (true) {
                if (closed) {
                    waiting.removeIf(job -> job.reports.completeExceptionally(
                            new CancellationException("the server is shutting down")));
                    return List.of();
                }
                List<Job> jobs = new ArrayList<>();
                int images = 0;
                waiting.removeIf(job -> job.reports.isDone());
                while (images < batch && waiting.size() > 0) {
                    Job job = waiting.poll();
                    if (job != null) {
                        jobs.add(job);
                        images += job.images.size();
                    }
                }
                if (!jobs.isEmpty()) {
                    return jobs;
                }
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void answer(List<Job> jobs) {
        try {
            Job first = jobs.get(0);
            List<byte[]> images =
                    jobs.stream().flatMap(job -> job.images.stream()).toList();
            long start = System.nanoTime();
            List<Outcome> outcomes = first.cache.getOrComputeAll(images, first.encoder);
            Times times = Times.of(outcomes, System.nanoTime() - start);
            int from = 0;
            for (Job job : jobs) {
                complete(job, outcomes.subList(from, from + job.images.size()), times);
                from += job.images.size();
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            jobs.forEach(job -> job.reports.completeExceptionally(e));
        }
    }

    private void complete(Job job, List<Outcome> outcomes, Times times) {
        List<ImageReport> reports = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof Outcome.Failed failed) {
                job.reports.completeExceptionally(new PictureException(i, failed.error()));
                return;
            }
            Outcome.Served served = (Outcome.Served) outcomes.get(i);
            synchronized (known) {
                known.add(served.key());
            }
            ContentHash content = served.contentHash();
            reports.add(new ImageReport(
                    new VisionFeatures(served.entry().tensors()),
                    content,
                    served.source(),
                    Duration.ofNanos(times.of(served.source()))));
        }
        job.reports.complete(reports);
    }

    /** What one picture's part of a call's time is: those that were encoded share it all, or else all share it. */
    private record Times(long encodedNanos, long otherNanos) {
        static Times of(List<Outcome> outcomes, long nanos) {
            long encoded =
                    sources(outcomes).filter(source -> source == Source.ENCODED).count();
            return encoded == 0 ? new Times(0, nanos / outcomes.size()) : new Times(nanos / encoded, 0);
        }

        private static Stream<Source> sources(List<Outcome> outcomes) {
            return outcomes.stream()
                    .filter(Outcome.Served.class::isInstance)
                    .map(outcome -> ((Outcome.Served) outcome).source());
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
