package dev.embedonce.store.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileBytesTest {
    private static final int OFFSET = 100;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_000_000, 7 << 20, (7 << 20) + 1, 8 << 20, (8 << 20) + 1, 12_345_678})
    void readsWhatTheFileHolds(int size) throws IOException {
        byte[] bytes = random(OFFSET + size + 10);
        ByteBuffer read = ByteBuffer.allocate(size);

        try (FileChannel in = FileChannel.open(Files.write(folder.resolve("file"), bytes))) {
            FileBytes.read(in, OFFSET, read);
        }

        assertThat(read).isEqualTo(ByteBuffer.wrap(bytes, OFFSET, size));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1_000_000, 8 << 20, 12_345_678})
    void saysWhenTheFileEndsBefore(int size) throws IOException {
        try (FileChannel in = FileChannel.open(Files.write(folder.resolve("file"), random(OFFSET + size - 1)))) {
            assertThatThrownBy(() -> FileBytes.read(in, OFFSET, ByteBuffer.allocate(size)))
                    .isInstanceOf(EOFException.class);
        }
    }

    @Test
    void endsWhenItsThreadIsInterrupted() throws IOException {
        try (FileChannel in = FileChannel.open(Files.write(folder.resolve("file"), random(12_345_678)))) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> FileBytes.read(in, 0, ByteBuffer.allocate(12_345_678)))
                    .isInstanceOf(ClosedChannelException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
