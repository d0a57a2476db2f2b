package dev.embedonce.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChecksumTest {
    /** Below, at and above what is summed in one piece, with last pieces of one byte and all. */
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0, 1",
        "57, 0",
        "57, 7340032",
        "57, 7340033",
        "0, 8388608",
        "57, 8388608",
        "57, 8388609",
        "1048577, 12345678"
    })
    void isTheCrcOfBothInOrderHoweverTheyAreCut(int first, int second) {
        byte[] bytes = new byte[first + second];
        new Random(first + second).nextBytes(bytes);
        CRC32C expected = new CRC32C();
        expected.update(bytes);

        int sum = Checksum.of(ByteBuffer.wrap(bytes, 0, first), ByteBuffer.wrap(bytes, first, second));

        assertThat(sum).isEqualTo((int) expected.getValue());
    }

    @ParameterizedTest
    @CsvSource({"0", "8388607", "8388608", "9000000"})
    void changesWithEveryByte(int at) {
        ByteBuffer header = ByteBuffer.allocate(57);
        byte[] bytes = new byte[9_000_001];
        int before = Checksum.of(header, ByteBuffer.wrap(bytes));
        bytes[at] ^= 1;

        assertThat(Checksum.of(header, ByteBuffer.wrap(bytes))).isNotEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"100", "9000000"})
    void leavesTheBuffersAsTheyAre(int size) {
        ByteBuffer data = ByteBuffer.allocateDirect(size + 3).position(3);

        Checksum.of(ByteBuffer.allocate(0), data);

        assertThat(data.position()).isEqualTo(3);
        assertThat(data.remaining()).isEqualTo(size);
    }
}
