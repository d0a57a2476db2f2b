package dev.embedonce.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.CorruptEntryException;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    private static final List<TensorSpec> TENSORS = List.of(
            new TensorSpec("a\"quoted\" ü", DType.FLOAT32, new long[] {2, 2}),
            new TensorSpec("empty", DType.INT64, new long[] {0}),
            new TensorSpec("grid", DType.INT64, new long[] {1, 3}));

    private static ByteBuffer file() {
        ByteBuffer prefix = Safetensors.prefix(TENSORS, Map.of("embedonce", "header"));
        return ByteBuffer.allocate(prefix.remaining() + 40).put(prefix).rewind();
    }

    private static ByteBuffer file(String json, int dataBytes) {
        byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + utf8.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(utf8.length)
                .put(utf8)
                .rewind();
    }

    @Test
    void read_written_isEqual() {
        Safetensors read = Safetensors.read(file());
        assertThat(read.tensors()).isEqualTo(TENSORS);
        assertThat(read.metadata()).isEqualTo(Map.of("embedonce", "header"));
        assertThat(read.data().remaining()).isEqualTo(40);
    }

    @Test
    void file_partsBehindEachOther_areReadAsTheTensors() {
        Tensor grid = Tensor.ofLongs(new long[] {1, 2, 3}, 1, 3);
        Tensor half = Tensor.ofFloats(new float[] {0.5f});
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("grid", grid);
        tensors.put("half", half);
        ByteBuffer whole = ByteBuffer.allocate(1024);
        Safetensors.file(tensors, Map.of("by", "us")).forEach(whole::put);
        Safetensors read = Safetensors.read(whole.flip());
        assertThat(read.metadata()).isEqualTo(Map.of("by", "us"));
        assertThat(read.tensors()).extracting(TensorSpec::name).containsExactly("grid", "half");
        assertThat(read.data())
                .isEqualTo(ByteBuffer.allocate(28)
                        .put(grid.data())
                        .put(half.data())
                        .flip());
    }

    @Test
    void prefix_alignsTheData() {
        assertThat(Safetensors.prefix(TENSORS, Map.of()).remaining() % 8).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}x",
                "{} {}",
                "{\"__metadata__\":1}",
                "{\"__metadata__\":{\"a\":1}}",
                "[]",
                "{\"a\":1}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}",
                "{\"a\":{\"dtype\":\"F99\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"extra\":1}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,4]}}"
            })
    void read_brokenHeader_isCorrupt(String json) {
        assertThatThrownBy(() -> Safetensors.read(file(json, 4))).isInstanceOf(CorruptEntryException.class);
    }

    @Test
    void read_overlapOrGapOrWrongLength_isCorrupt() {
        String two = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}}";
        assertThat(Safetensors.read(file(two.formatted(4, 8), 8)).tensors()).hasSize(2);
        assertThatThrownBy(() -> Safetensors.read(file(two.formatted(0, 4), 8))).hasMessageContaining("offsets");
        assertThatThrownBy(() -> Safetensors.read(file(two.formatted(8, 12), 12)))
                .hasMessageContaining("offsets");
        assertThatThrownBy(() -> Safetensors.read(file(two.formatted(4, 8), 9)))
                .hasMessageContaining("1 bytes at the end");
        assertThatThrownBy(() -> Safetensors.read(ByteBuffer.allocate(4))).hasMessageContaining("less than the 8");
        ByteBuffer huge = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MAX_VALUE);
        assertThatThrownBy(() -> Safetensors.read(huge)).isInstanceOf(CorruptEntryException.class);
    }

    @Test
    void read_mutatedFiles_readOrAreCorrupt() {
        Random random = new Random(3);
        byte[] good = file().array();
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = good.clone();
            for (int n = random.nextInt(4) + 1; n > 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                Safetensors read = Safetensors.read(ByteBuffer.wrap(bytes, 0, bytes.length - random.nextInt(3)));
                assertThat(read.tensors().stream()
                                .mapToInt(TensorSpec::sizeBytes)
                                .sum())
                        .isEqualTo(read.data().remaining());
            } catch (CorruptEntryException expected) {
                assertThat(expected.getMessage()).isNotBlank();
            }
        }
    }
}
