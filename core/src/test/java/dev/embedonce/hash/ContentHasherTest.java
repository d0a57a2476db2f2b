package dev.embedonce.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentHasherTest {
    @Test
    void hash_isWhatSha256sumPrints() {
        byte[] bytes = "abc".getBytes(StandardCharsets.US_ASCII);

        assertThat(ContentHasher.sha256().hash(bytes).hex())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(ContentHasher.sha512().hash(bytes).hex()).startsWith("ddaf35a193617abacc417349ae204131");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, 1_000_003})
    void hash_stream_isThatOfItsBytes(int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        ContentHasher hasher = ContentHasher.sha256();

        assertThat(hasher.hash(dripping(bytes))).isEqualTo(hasher.hash(bytes));
        assertThat(ownHasher(hasher).hash(dripping(bytes))).isEqualTo(hasher.hash(bytes));
    }

    @Test
    void hash_afterAStreamThatFailed_beginsAnew() throws IOException {
        ContentHasher hasher = ContentHasher.sha256();
        byte[] bytes = {1, 2, 3};
        InputStream failing = new InputStream() {
            private boolean started;

            @Override
            public int read() throws IOException {
                if (started) {
                    throw new IOException("broken");
                }
                started = true;
                return 7;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                into[offset] = (byte) read();
                return 1;
            }
        };

        assertThatThrownBy(() -> hasher.hash(failing)).hasMessage("broken");
        assertThat(hasher.hash(new ByteArrayInputStream(bytes))).isEqualTo(hasher.hash(bytes));
        assertThat(hasher.hash(bytes)).isEqualTo(ContentHasher.sha256().hash(bytes));
    }

    /** One that knows of arrays alone, as a caller may have written it. */
    private static ContentHasher ownHasher(ContentHasher hasher) {
        return new ContentHasher() {
            @Override
            public ContentHash hash(byte[] bytes) {
                return hasher.hash(bytes);
            }
        };
    }

    /** Never gives all that was asked for. */
    private static InputStream dripping(byte[] bytes) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.max(1, length - 5));
            }
        };
    }
}
