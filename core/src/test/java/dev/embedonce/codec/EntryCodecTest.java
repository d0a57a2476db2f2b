package dev.embedonce.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.hash.ContentHasher;
import dev.embedonce.key.CacheKey;
import dev.embedonce.value.DType;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class EntryCodecTest {
    private static final CacheKey KEY =
            new CacheKey("vit@sha256:00", "hf-pil@1", ContentHasher.sha256().hash(new byte[] {1}));
    private static final Provenance PROVENANCE =
            new Provenance(5_400_000, 32, "onnxruntime 1.29.0 cpu", 300, 200, Instant.ofEpochMilli(1_770_000_000_123L));
    private static final Entry VECTOR = Entry.of(
            Embedding.of(1f, -0f, Float.NaN, Float.MIN_VALUE, Float.NEGATIVE_INFINITY, 0f, 3f, 4f), PROVENANCE);
    private static final Entry BUNDLE = bundle();

    private final EntryCodec codec = new EntryCodec(null);
    private final EntryCodec sealing = new EntryCodec(SealKeys.of(List.of(new byte[32])));

    private static Entry bundle() {
        Map<String, Tensor> tensors = new TreeMap<>();
        tensors.put("features", Tensor.ofFloats(new float[12], 3, 4));
        tensors.put("grid_thw", Tensor.ofLongs(new long[] {1, 2, 6}, 1, 3));
        for (DType dtype : DType.values()) {
            byte[] bytes = new byte[dtype.sizeBytes() * 6];
            new Random(dtype.code()).nextBytes(bytes);
            tensors.put("t" + dtype, Tensor.copyOf(dtype, new long[] {2, 3}, ByteBuffer.wrap(bytes)));
        }
        tensors.put("empty", Tensor.ofFloats(new float[0], 0, 7));
        tensors.put("scalar", Tensor.copyOf(DType.BOOL, new long[0], ByteBuffer.wrap(new byte[] {1})));
        return new Entry(tensors, PROVENANCE);
    }

    private static Stored.Sealed stored(byte[] header, byte[] data) {
        return new Stored.Sealed(header, data);
    }

    @Test
    void decode_encoded_isBitExact() {
        for (EntryCodec each : List.of(codec, sealing)) {
            for (Entry entry : List.of(VECTOR, BUNDLE)) {
                Lookup lookup = each.decode(KEY, each.encode(KEY, entry));
                assertThat(lookup).isEqualTo(new Lookup.Hit(entry));
                assertThat(((Lookup.Hit) lookup).entry().provenance()).isEqualTo(PROVENANCE);
            }
            Lookup link = each.decode(KEY, each.encodeLink(KEY, KEY.contentHash(), PROVENANCE));
            assertThat(link).isEqualTo(new Lookup.Link(KEY.contentHash(), PROVENANCE));
        }
    }

    /** Every single bit of header and data: flipped, the entry is no answer. */
    @Test
    void decode_anyFlippedBit_isCorrupt() {
        for (EntryCodec each : List.of(codec, sealing)) {
            for (Entry entry : List.of(VECTOR, BUNDLE)) {
                Stored.Sealed good = each.encode(KEY, entry);
                byte[] header = good.headerBytes();
                byte[] data = good.dataBytes();
                for (int bit = 0; bit < header.length * 8; bit++) {
                    byte[] bad = header.clone();
                    bad[bit / 8] ^= (byte) (1 << bit % 8);
                    assertThat(each.decode(KEY, stored(bad, data))).isInstanceOf(Lookup.Corrupt.class);
                }
                for (int bit = 0; bit < data.length * 8; bit++) {
                    byte[] bad = data.clone();
                    bad[bit / 8] ^= (byte) (1 << bit % 8);
                    assertThat(each.decode(KEY, stored(header, bad)))
                            .isEqualTo(
                                    new Lookup.Corrupt(Corruption.CHECKSUM, "the CRC32C does not fit header and data"));
                }
            }
        }
    }

    @Test
    void decode_anyTruncation_isTruncated() {
        Stored.Sealed good = sealing.encode(KEY, BUNDLE);
        byte[] header = good.headerBytes();
        byte[] data = good.dataBytes();
        for (int length = 0; length < header.length; length++) {
            assertThat(reason(sealing.decode(KEY, stored(Arrays.copyOf(header, length), data))))
                    .isEqualTo(Corruption.TRUNCATED);
        }
        for (int length = 0; length < data.length; length++) {
            assertThat(reason(sealing.decode(KEY, stored(header, Arrays.copyOf(data, length)))))
                    .isEqualTo(Corruption.TRUNCATED);
        }
        assertThat(reason(sealing.decode(KEY, stored(header, Arrays.copyOf(data, data.length + 1)))))
                .isEqualTo(Corruption.TRUNCATED);
    }

    @Test
    void decode_entryOfAnotherKey_isAMismatch() {
        Stored.Sealed stored = codec.encode(KEY, VECTOR);
        for (CacheKey other : List.of(
                new CacheKey("vit@sha256:01", KEY.preprocVersion(), KEY.contentHash()),
                new CacheKey(KEY.modelVersion(), "hf-pil@2", KEY.contentHash()),
                KEY.withContentHash(ContentHasher.sha256().hash(new byte[] {2})))) {
            assertThat(reason(codec.decode(other, stored))).isEqualTo(Corruption.KEY_MISMATCH);
        }
    }

    @Test
    void decode_newerFormat_isToldApart() {
        Stored.Sealed good = codec.encode(KEY, VECTOR);
        ByteBuffer header = ByteBuffer.wrap(good.headerBytes()).order(ByteOrder.LITTLE_ENDIAN);
        header.putShort(4, (short) 2);
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, header.limit() - 4));
        crc.update(good.data());
        header.putInt(header.limit() - 4, (int) crc.getValue());
        assertThat(reason(codec.decode(KEY, stored(header.array(), good.dataBytes()))))
                .isEqualTo(Corruption.NEWER_FORMAT);
    }

    /** A checksum can be made by anyone; a seal cannot. */
    @Test
    void decode_forgedWithAFittingChecksum_isABadSeal() {
        Stored.Sealed good = sealing.encode(KEY, VECTOR);
        ByteBuffer header = ByteBuffer.wrap(good.headerBytes()).order(ByteOrder.LITTLE_ENDIAN);
        byte[] zeros = new byte[good.data().remaining()];
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, header.limit() - 4));
        crc.update(zeros);
        header.putInt(header.limit() - 4, (int) crc.getValue());
        Stored.Sealed forged = stored(header.array(), zeros);
        assertThat(codec.decode(KEY, forged)).isInstanceOf(Lookup.Hit.class);
        assertThat(reason(sealing.decode(KEY, forged))).isEqualTo(Corruption.BAD_SEAL);
    }

    @Test
    void decode_randomBytes_neverThrowsAndNeverHits() {
        Random random = new Random(7);
        byte[] start = codec.encode(KEY, BUNDLE).headerBytes();
        for (int i = 0; i < 50_000; i++) {
            byte[] header = new byte[random.nextInt(200)];
            random.nextBytes(header);
            System.arraycopy(start, 0, header, 0, Math.min(random.nextInt(120), header.length));
            byte[] data = new byte[random.nextInt(64)];
            assertThat(codec.decode(KEY, stored(header, data))).isInstanceOf(Lookup.Corrupt.class);
        }
    }

    @Test
    void blobLayout_roundTrip_isEqual() {
        for (Stored.Sealed record : List.of(
                codec.encode(KEY, VECTOR),
                codec.encode(KEY, BUNDLE),
                codec.encodeLink(KEY, KEY.contentHash(), PROVENANCE))) {
            assertThat(BlobLayout.record(record.header(), BlobLayout.payload(record)))
                    .isEqualTo(record);
        }
        assertThat(BlobLayout.payload(codec.encode(KEY, VECTOR)).remaining()).isEqualTo(32);
    }

    @Test
    void blobLayout_brokenPayload_isCorruptInTheEnd() {
        Stored.Sealed record = codec.encode(KEY, BUNDLE);
        ByteBuffer payload = BlobLayout.payload(record);
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        for (int length = 0; length < bytes.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(bytes, 0, length);
            assertThat(codec.decode(KEY, BlobLayout.record(record.header(), cut)))
                    .isInstanceOf(Lookup.Corrupt.class);
        }
    }

    private static Corruption reason(Lookup lookup) {
        return ((Lookup.Corrupt) lookup).reason();
    }
}
