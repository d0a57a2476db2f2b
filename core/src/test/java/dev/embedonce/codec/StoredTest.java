package dev.embedonce.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.codec.Stored.Content;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.value.DType;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StoredTest {
    private static final CacheKey KEY = new CacheKey("model", "pixels", new ContentHash("ab".repeat(32)));
    private static final Provenance UNKNOWN = Provenance.unknown(Instant.EPOCH);
    private static final EntryCodec CODEC = new EntryCodec(null);

    private static Stored.Sealed bundle(Map<String, Tensor> tensors) {
        return CODEC.encode(KEY, new Entry(tensors, UNKNOWN));
    }

    @Test
    void content_isToldByTheRecordItself() {
        Stored.Sealed vector = CODEC.encode(KEY, Entry.of(Embedding.of(new float[] {1, 2}), UNKNOWN));
        assertThat(vector.content()).isEqualTo(Content.VECTOR);
        assertThat(vector.tensors()).contains(List.of(new TensorSpec("embedding", DType.FLOAT32, new long[] {2})));
        Stored.Sealed link = CODEC.encodeLink(KEY, new ContentHash("cd".repeat(32)), UNKNOWN);
        assertThat(link.content()).isEqualTo(Content.LINK);
        assertThat(link.tensors()).contains(List.of());
        Tensor grid = Tensor.ofFloats(new float[] {1, 2}, 1, 2);
        Tensor number = Tensor.ofLongs(new long[] {1}, 1);
        for (Map<String, Tensor> tensors : List.of(
                Map.of("embedding", grid),
                Map.of("embedding", number),
                Map.of("other", Tensor.ofFloats(new float[] {1}, 1)),
                Map.of("a", grid, "b", number))) {
            assertThat(bundle(tensors).content()).as("%s", tensors).isEqualTo(Content.BUNDLE);
        }
    }

    @Test
    void content_ofWhatDoesNotFitOrIsNotRead_isOpaque() {
        Stored.Sealed sound = bundle(Map.of("a", Tensor.ofFloats(new float[] {1, 2}, 2)));
        Stored.Sealed cut = new Stored.Sealed(sound.header(), sound.data().limit(4));
        assertThat(cut.content()).isEqualTo(Content.OPAQUE);
        assertThat(cut.tensors()).isEqualTo(sound.tensors());
        byte[] newer = sound.headerBytes();
        newer[4] = 2;
        for (byte[] header : new byte[][] {newer, {}, {1, 2, 3}}) {
            Stored.Sealed record = new Stored.Sealed(header, sound.dataBytes());
            assertThat(record.content()).isEqualTo(Content.OPAQUE);
            assertThat(record.tensors()).isEmpty();
            assertThat(record.echo()).isEmpty();
            assertThat(BlobLayout.payload(record)).isEqualTo(record.data());
            assertThat(BlobLayout.record(record.header(), record.data())).isEqualTo(record);
        }
    }

    @Test
    void echo_isTheKey() {
        Stored.Sealed record = bundle(Map.of("a", Tensor.ofFloats(new float[] {1, 2}, 2)));
        assertThat(record.echo()).contains(KEY);
        assertThat(new Stored.Sealed(record.header(), ByteBuffer.allocate(0)).echo())
                .contains(KEY);
    }

    @Test
    void equals_comparesTheBytes() {
        Stored.Sealed record = bundle(Map.of("a", Tensor.ofFloats(new float[] {1, 2}, 2)));
        Stored.Sealed copy = new Stored.Sealed(record.headerBytes(), record.dataBytes());
        assertThat(copy).isEqualTo(record).hasSameHashCodeAs(record);
        assertThat(new Stored.Sealed(record.headerBytes(), new byte[8])).isNotEqualTo(record);
        assertThat(new Stored.Sealed(new byte[1], record.dataBytes())).isNotEqualTo(record);
    }
}
