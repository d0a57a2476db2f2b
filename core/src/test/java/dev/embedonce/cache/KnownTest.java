package dev.embedonce.cache;

import static dev.embedonce.cache.FakeEncoder.image;
import static dev.embedonce.cache.FakeEncoder.images;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.codec.Corruption;
import dev.embedonce.codec.Stored;
import dev.embedonce.feature.HashedImage;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Source;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.memory.MemoryStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Asking for answers that are there already. */
class KnownTest {
    private final MemoryStore store = new MemoryStore();
    private final FakeEncoder encoder = new FakeEncoder();
    private final FeatureCache cache = FeatureCache.over(store).build();

    /** An image that must not be read. */
    private record Unread(ContentHash contentHash) implements HashedImage {
        static Unread of(String text) {
            return new Unread(ContentHasher.sha256().hash(image(text)));
        }

        @Override
        public byte[] bytes() throws IOException {
            throw new IOException("it was read");
        }
    }

    private static List<Source> sources(List<Optional<Outcome.Served>> known) {
        return known.stream()
                .flatMap(Optional::stream)
                .map(Outcome.Served::source)
                .toList();
    }

    @Test
    void getKnown_servesWhatIsThere_andCountsNothingElse() {
        FeatureCache.over(store).build().getOrComputeAll(images("a"), encoder);

        List<Optional<Outcome.Served>> first = cache.getKnown(List.of(Unread.of("b"), Unread.of("a")), encoder);
        List<Optional<Outcome.Served>> second = cache.getKnown(List.of(Unread.of("a"), Unread.of("a")), encoder);

        assertThat(first.get(0)).isEmpty();
        assertThat(sources(first)).containsExactly(Source.STORE);
        assertThat(sources(second)).containsExactly(Source.MEMORY, Source.MEMORY);
        assertThat(cache.stats().images()).isEqualTo(3);
        assertThat(cache.stats().hits()).isEqualTo(3);
        assertThat(encoder.encodedImages).hasValue(1);
    }

    @Test
    void getKnown_damagedEntry_isCountedOnceAndHealed() {
        FeatureCache.over(store).build().getOrComputeAll(images("a"), encoder);
        CacheKey key = cache.keyOf(image("a"), encoder);
        damage(key);

        assertThat(cache.getKnown(List.of(Unread.of("a")), encoder)).containsExactly(Optional.empty());
        assertThat(cache.stats().corruptTotal()).isZero();

        cache.getOrComputeAll(images("a"), encoder);
        assertThat(cache.stats().corrupt())
                .containsEntry(Corruption.CHECKSUM, 2L); // itself, and its input's link to it
        assertThat(cache.stats().healed()).isPositive();
        assertThat(sources(cache.getKnown(List.of(Unread.of("a")), encoder))).containsExactly(Source.MEMORY);
    }

    private void damage(CacheKey key) {
        Stored.Sealed stored = (Stored.Sealed)
                Objects.requireNonNull(store.getAll(List.of(key)).get(key));
        byte[] data = new byte[stored.data().remaining()];
        stored.data().duplicate().get(data);
        data[0] ^= 1;
        store.replaceAll(Map.of(key, new Stored.Sealed(stored.header(), ByteBuffer.wrap(data))));
    }
}
