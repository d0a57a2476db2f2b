package dev.embedonce.engine.schedule.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.Source;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.store.memory.MemoryStore;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.ImageReport;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is served when, in the lane of pictures: shown by the order in which pictures are prepared, never by a clock. */
@Timeout(120)
class VisionLaneTest {
    private static final long NEVER = TimeUnit.DAYS.toNanos(1);

    private static final byte[] PNG = png();

    private final AtomicInteger hashed = new AtomicInteger();
    private final MemoryStore store = new MemoryStore();
    private final FeatureCache cache = FeatureCache.over(store)
            .heapBytes(0)
            .hasher(new CountingHasher(hashed))
            .build();
    private final Encoder encoder = new Encoder();
    private VisionLane lane = new VisionLane("test", images -> encoder, 1);

    @AfterEach
    void close() {
        encoder.gates.values().forEach(Gate::open);
        lane.close();
        cache.close();
    }

    private static byte[] png() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Counts what is hashed. */
    private record CountingHasher(AtomicInteger count) implements ContentHasher {
        @Override
        public ContentHash hash(byte[] bytes) {
            count.incrementAndGet();
            return ContentHasher.sha256().hash(bytes);
        }

        @Override
        public ContentHash hash(InputStream in) throws IOException {
            count.incrementAndGet();
            return ContentHasher.sha256().hash(in);
        }
    }

    /** Holds the lane within a picture. */
    private static final class Gate {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        void pass() {
            reached.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        void open() {
            open.countDown();
        }
    }

    /** Takes names for pictures and writes down which it prepares. */
    private static final class Encoder implements FeatureEncoder<ProcessedImage> {
        final List<String> prepared = new CopyOnWriteArrayList<>();
        final Map<String, Gate> gates = new ConcurrentHashMap<>();
        final Map<String, Throwable> failures = new ConcurrentHashMap<>();

        Gate gate(String picture) {
            return gates.computeIfAbsent(picture, p -> new Gate());
        }

        @Override
        public String modelVersion() {
            return "fake@1";
        }

        @Override
        public String preprocVersion() {
            return "names@1";
        }

        @Override
        public String runtime() {
            return "fake";
        }

        @Override
        public int batchSize() {
            return 8;
        }

        @Override
        public ProcessedImage prepare(byte[] image) {
            String name = new String(image, StandardCharsets.UTF_8);
            prepared.add(name);
            Gate gate = gates.get(name);
            if (gate != null) {
                gate.pass();
            }
            while (name.startsWith("endless")) {
                new ImageDecoder(ExifPolicy.APPLY).decode(PNG);
            }
            if (failures.get(name) instanceof Error error) {
                throw error;
            }
            if (failures.get(name) instanceof RuntimeException failure) {
                throw failure;
            }
            return new ProcessedImage(Map.of("name", Tensor.ofLongs(new long[] {name.hashCode()}, 1)), Map.of(), 1, 1);
        }

        @Override
        public List<Map<String, Tensor>> encode(List<ProcessedImage> batch) {
            return batch.stream()
                    .map(image -> Map.of(VisionFeatures.FEATURES, Tensor.ofFloats(new float[] {1, 2}, 1, 2)))
                    .toList();
        }
    }

    private CompletableFuture<List<ImageReport>> features(String tenant, String... pictures) {
        return features(tenant, System.nanoTime() + NEVER, pictures);
    }

    private CompletableFuture<List<ImageReport>> features(String tenant, long deadlineNanos, String... pictures) {
        List<byte[]> images = Stream.of(pictures)
                .map(name -> name.getBytes(StandardCharsets.UTF_8))
                .toList();
        return lane.features(images, tenant.isEmpty() ? cache : cache.forTenant(tenant), tenant, deadlineNanos);
    }

    private static List<Source> sources(List<ImageReport> reports) {
        return reports.stream().map(ImageReport::source).toList();
    }

    @Test
    void otherTenant_waitsForThePictureInWorkOnly() throws Exception {
        Gate gate = encoder.gate("alice-1");
        CompletableFuture<List<ImageReport>> alice = features("alice", "alice-1", "alice-2", "alice-3");
        gate.reached.await();
        CompletableFuture<List<ImageReport>> bob = features("bob", "bob-1");
        assertThat(lane.waiting()).isEqualTo(2);

        gate.open();

        assertThat(sources(bob.get())).containsExactly(Source.ENCODED);
        assertThat(sources(alice.get())).containsOnly(Source.ENCODED).hasSize(3);
        assertThat(encoder.prepared).containsExactly("alice-1", "bob-1", "alice-2", "alice-3");
    }

    @Test
    void cancelledRequest_leavesTheLane() throws Exception {
        Gate gate = encoder.gate("first");
        CompletableFuture<List<ImageReport>> gone = features("alice", "first", "second", "third");
        gate.reached.await();
        gone.cancel(false);
        assertThat(lane.waiting()).isEqualTo(1);
        gate.open();

        features("alice", "next").get();

        assertThat(encoder.prepared).containsExactly("first", "next");
        assertThat(lane.waiting()).isZero();
    }

    @Test
    void cancelledRequest_leavesTheTurnItIsIn_andItsNeighbourDoesNot() throws Exception {
        restart(8);
        Gate gate = encoder.gate("first");
        CompletableFuture<List<ImageReport>> before = features("", "first");
        gate.reached.await();
        Gate second = encoder.gate("second");
        CompletableFuture<List<ImageReport>> gone = features("", "second", "third", "shared");
        CompletableFuture<List<ImageReport>> stays = features("", "shared", "fourth");
        gate.open();
        before.get();
        second.reached.await();
        gone.cancel(false);
        second.open();

        // the content that both ask for counts as the other's, whose turn it was too
        assertThat(sources(stays.get())).containsExactly(Source.SHARED, Source.ENCODED);
        assertThat(encoder.prepared).doesNotContain("third").contains("shared", "fourth");
    }

    @Test
    void decodingOfAPicture_endsWhenItsRequestIsCancelled_andItsNeighbourIsServed() throws Exception {
        restart(8);
        Gate gate = encoder.gate("first");
        CompletableFuture<List<ImageReport>> before = features("", "first");
        gate.reached.await();
        Gate endless = encoder.gate("endless");
        CompletableFuture<List<ImageReport>> gone = features("", "endless");
        CompletableFuture<List<ImageReport>> stays = features("", "next");
        gate.open();
        before.get();
        endless.reached.await();
        endless.open();
        gone.cancel(false);

        assertThat(sources(stays.get())).containsExactly(Source.ENCODED);
        assertThat(lane.isAlive()).isTrue();
    }

    @Test
    void requestPastItsDeadline_leavesTheLane() {
        CompletableFuture<List<ImageReport>> late = features("alice", System.nanoTime() - 1, "late");

        assertThatThrownBy(late::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(TimeoutException.class);
        assertThat(encoder.prepared).isEmpty();
    }

    @Test
    void error_failsItsRequest_andTheLaneGoesOn() throws Exception {
        encoder.failures.put("bad", new NoClassDefFoundError("a class of the runtime"));
        CompletableFuture<List<ImageReport>> bad = features("alice", "bad");

        assertThatThrownBy(bad::get).isInstanceOf(ExecutionException.class);

        assertThat(sources(features("alice", "good").get())).containsExactly(Source.ENCODED);
        assertThat(lane.isAlive()).isTrue();
    }

    @Test
    void badPicture_failsItsRequestByNumber() {
        encoder.failures.put("bad", new IllegalArgumentException("no picture"));

        assertThatThrownBy(() -> features("alice", "good", "bad").get())
                .cause()
                .isInstanceOfSatisfying(
                        VisionLane.PictureException.class,
                        e -> assertThat(e.index()).isEqualTo(1));
    }

    @Test
    void knownPictures_waitForNobody_andAreNeverOpened() throws Exception {
        features("alice", "known").get();
        encoder.prepared.clear();
        Gate gate = encoder.gate("slow");
        CompletableFuture<List<ImageReport>> slow = features("alice", "slow");
        gate.reached.await();

        assertThat(sources(features("alice", "known").get())).containsExactly(Source.STORE);
        assertThat(sources(features("alice", "known", "known").get())).containsExactly(Source.STORE, Source.STORE);

        assertThat(slow).isNotDone();
        assertThat(encoder.prepared).containsExactly("slow");
    }

    @Test
    void everyPicture_isHashedOnce() throws Exception {
        features("alice", "a", "b").get();
        assertThat(hashed).hasValue(2);
        features("alice", "a", "b", "c").get();
        assertThat(hashed).hasValue(5);
    }

    @Test
    void close_failsWhatWaits() throws Exception {
        Gate gate = encoder.gate("first");
        CompletableFuture<List<ImageReport>> first = features("alice", "first");
        gate.reached.await();
        CompletableFuture<List<ImageReport>> second = features("alice", "second");
        Thread closing = new Thread(lane::close);
        closing.start();
        while (closing.getState() != Thread.State.WAITING) {
            Thread.sleep(2); // it waits for the lane's thread once the lane is closed
        }
        gate.open();
        closing.join();

        assertThat(sources(first.get())).containsExactly(Source.ENCODED);
        assertThat(second).isCompletedExceptionally();
        assertThat(lane.isAlive()).isFalse();
        assertThatThrownBy(() -> features("alice", "third")).isInstanceOf(IllegalStateException.class);
    }

    private void restart(int mostInATurn) {
        lane.close();
        lane = new VisionLane("test", images -> encoder, mostInATurn);
    }
}
