package dev.embedonce.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.CorruptEntryException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpyHeaderTest {
    private static NpyHeader read(byte[] file) throws IOException {
        return NpyHeader.read(new ByteArrayInputStream(file));
    }

    private static byte[] file(int version, String text) {
        ByteBuffer file = ByteBuffer.allocate(12 + text.length()).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        if (version == 1) {
            file.putShort((short) text.length());
        } else {
            file.putInt(text.length());
        }
        file.put(text.getBytes(StandardCharsets.ISO_8859_1));
        return Arrays.copyOf(file.array(), file.position());
    }

    /** What numpy 2 writes for np.zeros((2, 3), "<f4"). */
    @Test
    void ofFloats_isWhatNumPyWrites() {
        String text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + " ".repeat(58) + "\n";
        assertThat(NpyHeader.ofFloats(NpyHeader.USUAL_BYTES, 2, 3).array()).isEqualTo(file(1, text));
    }

    @Test
    void read_ofWhatWasWritten_givesItBack() throws Exception {
        for (long[] shape : new long[][] {{}, {0}, {384}, {2, 3}, {999_999_999_999L, 4, 5}}) {
            NpyHeader read = read(NpyHeader.ofFloats(192, shape).array());
            assertThat(read).isEqualTo(new NpyHeader("<f4", false, shape, 192));
            assertThat(read.isFloat32()).isTrue();
        }
    }

    @Test
    void read_leavesTheElements() throws Exception {
        ByteArrayInputStream in = new ByteArrayInputStream(ByteBuffer.allocate(132)
                .put(NpyHeader.ofFloats(128, 1))
                .putInt(7)
                .array());
        NpyHeader.read(in);
        assertThat(in.readAllBytes()).containsExactly(0, 0, 0, 7);
    }

    @Test
    void ofFloats_withoutRoom_isRefused() {
        assertThatThrownBy(() -> NpyHeader.ofFloats(64, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void read_allFormats(int version) throws Exception {
        NpyHeader read = read(file(version, "{'descr': '>f8', 'fortran_order': True, 'shape': (7,), }\n"));
        assertThat(read.descr()).isEqualTo(">f8");
        assertThat(read.fortranOrder()).isTrue();
        assertThat(read.shape()).containsExactly(7);
        assertThat(read.isFloat32()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no dictionary",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (7,), 'more': 1}",
                "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (7,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-7,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999999999,), }",
                "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (7,), }",
                "{'descr': '<f4', 'shape': (7,), }"
            })
    void read_otherTexts_areCorrupt(String text) {
        assertThatThrownBy(() -> read(file(1, text))).isInstanceOf(CorruptEntryException.class);
    }

    @Test
    void read_otherVersionsAndLengths_areCorrupt() {
        String text = "{'descr': '<f4', 'fortran_order': False, 'shape': (7,), }";
        for (byte[] file : new byte[][] {
            file(0, text), file(4, text), file(2, text + " ".repeat(70_000)), file(1, "(" + "1,".repeat(30_000) + ")")
        }) {
            assertThatThrownBy(() -> read(file)).isInstanceOf(CorruptEntryException.class);
        }
    }

    @Test
    void read_mutatedAndCutFiles_readOrAreCorrupt() throws Exception {
        Random random = new Random(11);
        byte[] good = NpyHeader.ofFloats(128, 2, 3).array();
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length) : good.length);
            for (int n = random.nextInt(4); n > 0 && bytes.length > 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(read(bytes).sizeBytes()).isLessThanOrEqualTo(bytes.length);
                read++;
            } catch (CorruptEntryException expected) {
                assertThat(expected.getMessage()).isNotBlank();
            }
        }
        assertThat(read).isPositive();
    }
}
