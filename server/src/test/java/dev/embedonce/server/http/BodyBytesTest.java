package dev.embedonce.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyBytesTest {
    private final AtomicLong room = new AtomicLong();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1023, 1024, 1025, 100_000, 5_000_000})
    void bytes_inPiecesOfAnySize_comeBackAsTheyWent(int size) {
        Random random = new Random(size);
        byte[] wanted = new byte[size];
        random.nextBytes(wanted);
        BodyBytes body = new BodyBytes(5_000_000, room::addAndGet);

        for (int at = 0; at < size; ) {
            int count = Math.min(size - at, 1 + random.nextInt(20_000));
            assertThat(body.add(ByteBuffer.wrap(wanted, at, count))).isTrue();
            at += count;
            assertThat(room.get()).isBetween((long) at, Math.min(5_000_000, Math.max(1024, 2L * at)));
        }

        assertThat(body.toArray()).isEqualTo(wanted);
    }

    @Test
    void bytes_beyondTheMost_areRefused() {
        BodyBytes body = new BodyBytes(10, room::addAndGet);

        assertThat(body.add(ByteBuffer.allocate(10))).isTrue();
        assertThat(body.add(ByteBuffer.allocate(1))).isFalse();

        assertThat(room.get()).isEqualTo(10);
        assertThat(body.toArray()).hasSize(10);
    }
}
