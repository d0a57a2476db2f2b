package dev.embedonce.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.PreparedImage;
import dev.embedonce.feature.CacheStats;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.FeatureProvider;
import dev.embedonce.feature.HashedImage;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Prepared;
import dev.embedonce.feature.Source;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.key.CacheKey;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;
import dev.embedonce.value.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class EmbedPipelineTest {
    private static final int IMAGES = 600;
    private static final int BATCH = 16;

    private final List<Integer> chunks = new CopyOnWriteArrayList<>();
    private final Set<ContentHash> known = ConcurrentHashMap.newKeySet();
    private final Watched features = new Watched();

    /** Remembers pictures and chunks. */
    private class Watched implements FeatureProvider {
        @Override
        public <P extends Prepared> List<Outcome> getOrComputeAll(List<byte[]> images, FeatureEncoder<P> encoder) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <P extends Prepared> List<Outcome> getOrComputeHashed(
                List<? extends HashedImage> images, FeatureEncoder<P> encoder) {
            chunks.add(images.size());
            return images.stream().map(this::served).toList();
        }

        @Override
        public ContentHash hash(InputStream in) throws IOException {
            return ContentHasher.sha256().hash(in);
        }

        private Outcome served(HashedImage image) {
            ContentHash hash = image.contentHash();
            Source source = known.add(hash) ? Source.ENCODED : Source.STORE;
            Entry entry = Entry.of(Embedding.of(new float[] {1}), Provenance.unknown(Instant.EPOCH));
            return new Outcome.Served(hash, new CacheKey("test:1", "bytes:1", hash), entry, source);
        }

        @Override
        public CacheStats stats() {
            throw new UnsupportedOperationException();
        }
    }

    /** Is asked for nothing but its batch size. */
    private static final class Unused implements ImageEncoder {
        @Override
        public int batchSize() {
            return BATCH;
        }

        @Override
        public int dimension() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int threads() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String modelVersion() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String preprocVersion() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String runtime() {
            throw new UnsupportedOperationException();
        }

        @Override
        public PreparedImage prepare(byte[] image) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Map<String, Tensor>> encode(List<PreparedImage> batch) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    private EmbedPipeline pipeline(FeatureProvider provider, int workers) {
        return EmbedPipeline.builder(provider, new Unused())
                .workers(workers)
                .maxImageBytes(1000)
                .build();
    }

    private static ImageStream pictures(int count) {
        return ImageStream.of(
                IntStream.range(0, count).mapToObj(EmbedPipelineTest::picture).iterator());
    }

    private static ImageItem picture(int number) {
        String name = "picture " + number;
        return ImageItem.of(name, name.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "picture " + i).toList();
    }

    private List<String> run(int workers) throws IOException {
        chunks.clear();
        List<String> paths = new ArrayList<>();
        pipeline(features, workers).run(pictures(IMAGES), result -> paths.add(result.path()));
        return paths;
    }

    @Test
    void run_nothingKnown_takesABatchAtATimeInOrder() throws IOException {
        List<String> paths = run(1);

        assertThat(chunks).startsWith(BATCH, BATCH).allMatch(size -> size <= BATCH);
        assertThat(paths).containsExactlyElementsOf(names(IMAGES));
    }

    @Test
    void run_allKnown_takesManyAtATime() throws IOException {
        run(1);
        List<String> paths = run(1);

        assertThat(chunks.get(0)).isEqualTo(BATCH);
        assertThat(chunks).contains(128).hasSizeLessThan(12);
        assertThat(paths).hasSize(IMAGES);
    }

    @Test
    void run_chunksThatEndInAnotherOrder_answersInOrder() throws IOException {
        CountDownLatch others = new CountDownLatch(2);
        FeatureProvider firstIsLast = new Watched() {
            @Override
            public <P extends Prepared> List<Outcome> getOrComputeHashed(
                    List<? extends HashedImage> images, FeatureEncoder<P> encoder) {
                if (first(images)) {
                    await(others);
                } else {
                    others.countDown();
                }
                return super.getOrComputeHashed(images, encoder);
            }

            private boolean first(List<? extends HashedImage> images) {
                byte[] bytes = "picture 0".getBytes(StandardCharsets.UTF_8);
                return images.get(0).contentHash().equals(ContentHasher.sha256().hash(bytes));
            }
        };
        List<String> paths = new ArrayList<>();

        pipeline(firstIsLast, 3).run(pictures(5 * BATCH), result -> paths.add(result.path()));

        assertThat(paths).containsExactlyElementsOf(names(5 * BATCH));
    }

    @Test
    void run_imagesThatCannotBeRead_failAloneInTheirPlaces() throws IOException {
        List<ImageItem> items = List.of(
                ImageItem.unreadable("a", "not a path"),
                picture(1),
                ImageItem.of("empty", new byte[0]),
                ImageItem.of("huge", new byte[1001]),
                picture(1));
        List<ImageResult> results = new ArrayList<>();
        EmbedPipeline pipeline = pipeline(features, 2);

        pipeline.run(ImageStream.of(items.iterator()), results::add);

        assertThat(results)
                .extracting(ImageResult::path)
                .containsExactly("a", "picture 1", "empty", "huge", "picture 1");
        assertThat(results.stream().map(EmbedPipelineTest::status))
                .containsExactly("not a path", "encoded", "empty value", "more than 1000 bytes", "hit");
        Tally tally = pipeline.tally();
        assertThat(List.of(tally.done(), tally.encoded(), tally.hits(), tally.pixelHits(), tally.failed()))
                .containsExactly(5L, 1L, 1L, 0L, 3L);
    }

    private static String status(ImageResult result) {
        return result instanceof ImageResult.Embedded embedded
                ? embedded.status()
                : String.valueOf(((ImageResult.Failed) result).error().getMessage());
    }

    @Test
    void next_afterTheEnd_isTheEnd() throws IOException {
        try (ResultStream results = pipeline(features, 2).open(pictures(1))) {
            assertThat(results.next()).isNotNull();
            assertThat(results.next()).isNull();
            assertThat(results.next()).isNull();
        }
    }

    @Test
    void open_readsNoMoreOfTheInputThanIsInWork() throws IOException {
        List<Integer> taken = new ArrayList<>();
        Iterator<ImageItem> endless = Stream.iterate(0, i -> i + 1)
                .peek(taken::add)
                .map(EmbedPipelineTest::picture)
                .iterator();

        try (ResultStream results = pipeline(features, 2).open(ImageStream.of(endless))) {
            assertThat(results.next()).isNotNull();
        }

        assertThat(taken).hasSizeLessThanOrEqualTo(4 * BATCH);
    }

    @Test
    void stop_endsAfterWhatIsInWork() throws IOException {
        EmbedPipeline pipeline = pipeline(features, 1);
        List<String> paths = new ArrayList<>();

        pipeline.run(pictures(IMAGES), result -> {
            pipeline.stop();
            paths.add(result.path());
        });

        assertThat(paths).containsExactlyElementsOf(names(3 * BATCH));
        assertThat(pipeline.tally().done()).isEqualTo(3 * BATCH);
    }

    @Test
    void run_inputThatFails_fails() {
        ImageStream broken = () -> {
            throw new IOException("the disk is gone");
        };

        assertThatThrownBy(() -> pipeline(features, 2).run(broken, result -> {}))
                .isInstanceOf(IOException.class)
                .hasMessage("the disk is gone");
    }

    @Test
    void run_errorInAWorker_isThrown() {
        FeatureProvider broken = new Watched() {
            @Override
            public <P extends Prepared> List<Outcome> getOrComputeHashed(
                    List<? extends HashedImage> images, FeatureEncoder<P> encoder) {
                throw new IllegalStateException("no such provider");
            }
        };

        assertThatThrownBy(() -> pipeline(broken, 2).run(pictures(1), result -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no such provider");
    }

    @Test
    void build_settingsThatMakeNoSense_areRefused() {
        EmbedPipeline.Builder builder = EmbedPipeline.builder(features, new Unused());

        assertThatThrownBy(() -> builder.workers(0).build()).hasMessage("workers: expected at least 1; found 0");
        assertThatThrownBy(() -> builder.workers(1).batch(0).build()).hasMessage("batch: expected at least 1; found 0");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
