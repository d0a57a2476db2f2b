package dev.embedonce.cli.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.cache.CacheStats;
import dev.embedonce.cache.HashedImage;
import dev.embedonce.cache.Outcome;
import dev.embedonce.cache.Source;
import dev.embedonce.cli.input.ImageInput.ImageStream;
import dev.embedonce.cli.input.ImageItem;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.key.CacheKey;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EmbedPipelineTest {
    private static final int IMAGES = 600;
    private static final int BATCH = 16;

    private final List<Integer> chunks = new ArrayList<>();
    private final Set<ContentHash> known = new HashSet<>();

    /** Remembers pictures and chunks. */
    private final class Watched implements Embedder {
        @Override
        public List<Outcome> embed(List<HashedImage> images) {
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

    private record Text(String path) implements ImageItem {
        @Override
        public byte[] read(long maxBytes) {
            return path.getBytes(StandardCharsets.UTF_8);
        }
    }

    private List<String> run() throws IOException {
        chunks.clear();
        Iterator<Integer> numbers = IntStream.range(0, IMAGES).iterator();
        ImageStream input = new ImageStream() {
            @Override
            public @Nullable ImageItem next() {
                return numbers.hasNext() ? new Text("picture " + numbers.next()) : null;
            }

            @Override
            public void close() {}
        };
        List<String> paths = new ArrayList<>();
        new EmbedPipeline(new Watched(), 1, BATCH, 1000, new Tally()).run(input, result -> paths.add(result.path()));
        return paths;
    }

    @Test
    void run_nothingKnown_takesABatchAtATimeInOrder() throws IOException {
        List<String> paths = run();

        assertThat(chunks).startsWith(BATCH, BATCH).allMatch(size -> size <= BATCH);
        assertThat(paths)
                .containsExactlyElementsOf(
                        IntStream.range(0, IMAGES).mapToObj(i -> "picture " + i).toList());
    }

    @Test
    void run_allKnown_takesManyAtATime() throws IOException {
        run();
        List<String> paths = run();

        assertThat(chunks.get(0)).isEqualTo(BATCH);
        assertThat(chunks).contains(128).hasSizeLessThan(12);
        assertThat(paths).hasSize(IMAGES);
    }
}
