package dev.embedonce.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TensorTest {
    @Test
    void copyOf_laterChangesOfTheSource_doNotShow() {
        float[] values = {1, 2};
        Tensor ofFloats = Tensor.ofFloats(values);
        ByteBuffer bytes = ByteBuffer.allocate(100_000);
        Tensor large = Tensor.copyOf(DType.BOOL, new long[] {100_000}, bytes);
        values[0] = 9;
        bytes.put(0, (byte) 1);
        assertThat(ofFloats.floats().get(0)).isEqualTo(1);
        assertThat(large.data().get(0)).isZero();
        assertThat(large.data().isDirect()).isTrue();
    }

    @Test
    void data_isReadOnlyAndEveryViewHasItsOwnPosition() {
        Tensor tensor = Tensor.ofFloats(new float[] {1, 2});
        tensor.data().getFloat();
        assertThat(tensor.data().position()).isZero();
        assertThatThrownBy(() -> tensor.data().put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void equals_transposedShapeOrOtherBits_differ() {
        Tensor wide = Tensor.ofFloats(new float[6], 2, 3);
        assertThat(wide)
                .isEqualTo(Tensor.ofFloats(new float[6], 2, 3))
                .isNotEqualTo(Tensor.ofFloats(new float[6], 3, 2));
        assertThat(Tensor.ofFloats(new float[] {0f})).isNotEqualTo(Tensor.ofFloats(new float[] {-0f}));
        assertThat(Embedding.of(Float.NaN)).isEqualTo(Embedding.of(Float.NaN));
    }

    @Test
    void byteCount_negativeOrHuge_isRefused() {
        assertThat(Tensor.byteCount(DType.FLOAT32, new long[] {0, Long.MAX_VALUE}))
                .isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> Tensor.byteCount(DType.BOOL, new long[] {-1}));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.byteCount(DType.FLOAT32, new long[] {1L << 40, 1L << 40}));
        assertThatIllegalArgumentException().isThrownBy(() -> Tensor.ofFloats(new float[3], 2, 2));
    }

    @Test
    void direct_isAsLargeAsTheTensorAndLittleEndian() {
        ByteBuffer memory = Tensor.direct(DType.FLOAT32, 2, 3);
        assertThat(memory.isDirect()).isTrue();
        assertThat(memory.remaining()).isEqualTo(24);
        memory.putFloat(20, 1.5f);
        assertThat(Tensor.view(DType.FLOAT32, new long[] {2, 3}, memory))
                .isEqualTo(Tensor.ofFloats(new float[] {0, 0, 0, 0, 0, 1.5f}, 2, 3));
    }

    @Test
    void joined_isOnePartBehindTheOther() {
        Tensor one = Tensor.ofFloats(new float[] {1, 2}, 1, 2);
        Tensor two = Tensor.ofFloats(new float[] {3, 4, 5, 6}, 2, 2);
        assertThat(Tensor.joined(new long[] {3, 2}, List.of(one, two)))
                .isEqualTo(Tensor.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 3, 2));
    }

    @Test
    void joined_partsThatDoNotFit_isRefused() {
        Tensor pair = Tensor.ofFloats(new float[2]);
        Tensor longs = Tensor.ofLongs(new long[1]);
        for (List<Tensor> parts : List.of(List.of(pair), List.of(pair, pair, pair), List.of(pair, longs))) {
            assertThatIllegalArgumentException().isThrownBy(() -> Tensor.joined(new long[] {4}, parts));
        }
    }

    @Test
    void entry_withoutTensorsOrWithReservedNames_isRefused() {
        Tensor tensor = Tensor.ofFloats(new float[1]);
        for (String name : List.of("", "__metadata__")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Entry(Map.of(name, tensor), Provenance.unknown(Instant.EPOCH)));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new Entry(Map.of(), Provenance.unknown(Instant.EPOCH)));
    }

    @Test
    void joined_ofOne_sharesItsElements() {
        Tensor one = Tensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2);

        Tensor joined = Tensor.joined(new long[] {4}, List.of(one));

        assertThat(joined).isEqualTo(Tensor.ofFloats(new float[] {1, 2, 3, 4}, 4));
    }

    @Test
    void onHeap_isACopyUnlessItIsThere() {
        Tensor direct = Tensor.ofFloats(new float[20_000], 20_000);

        Tensor copy = direct.onHeap();

        assertThat(direct.isDirect()).isTrue();
        assertThat(copy.isDirect()).isFalse();
        assertThat(copy).isEqualTo(direct);
        assertThat(copy.onHeap()).isSameAs(copy);
    }

    @Test
    void digest_isThatOfTypeShapeAndElements() {
        Tensor tensor = Tensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2);

        assertThat(tensor.digest())
                .isEqualTo(Tensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2).digest())
                .isEqualTo(tensor.digest())
                .isNotEqualTo(Tensor.ofFloats(new float[] {1, 2, 3, 5}, 2, 2).digest())
                .isNotEqualTo(Tensor.ofFloats(new float[] {1, 2, 3, 4}, 4).digest())
                .isNotEqualTo(Tensor.view(DType.INT32, new long[] {2, 2}, tensor.data())
                        .digest());
        assertThat(tensor.data().position()).isZero();
    }
}
