package dev.embedonce.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.embedonce.feature.HashedImage;
import dev.embedonce.hash.ContentHasher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileItemTest {
    private static final int LIMIT = 4 << 20;
    private static final ContentHasher SHA = ContentHasher.sha256();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 8_192, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, LIMIT})
    void read_file_isAllOfIt(int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);

        ImageItem item = item(bytes);
        HashedImage hashed = item.hash(SHA::hash, LIMIT);

        assertThat(item.read(LIMIT)).isEqualTo(bytes);
        assertThat(hashed.bytes()).isEqualTo(bytes);
        assertThat(hashed.contentHash()).isEqualTo(SHA.hash(bytes));
    }

    @Test
    void read_oneByteTooMany_isRefused() throws IOException {
        ImageItem item = item(new byte[LIMIT + 1]);

        assertThatThrownBy(() -> item.read(LIMIT))
                .isInstanceOf(TooManyBytesException.class)
                .hasMessage("more than 4194304 bytes");
        assertThatThrownBy(() -> item.hash(SHA::hash, LIMIT))
                .isInstanceOf(TooManyBytesException.class)
                .hasMessage("more than 4194304 bytes");
    }

    @Test
    void read_fileThatSaysItIsEmpty_isAllOfIt() throws IOException {
        Path file = Path.of("/proc/self/limits");
        assumeThat(file).exists();

        byte[] read = item(file).read(LIMIT);

        assertThat(Files.size(file)).isZero();
        assertThat(read).isEqualTo(Files.readAllBytes(file));
        assertThat(read.length).isGreaterThan(100);
    }

    @Test
    void hash_pipe_isReadOnce() throws Exception {
        Path pipe = folder.resolve("pipe");
        assumeThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        byte[] bytes = new byte[100_000];
        new Random(1).nextBytes(bytes);
        Thread writer = new Thread(() -> assertThatCode(() -> Files.write(pipe, bytes, StandardOpenOption.WRITE))
                .doesNotThrowAnyException());
        writer.start();

        HashedImage hashed = item(pipe).hash(SHA::hash, LIMIT);
        writer.join();

        assertThat(hashed.contentHash()).isEqualTo(SHA.hash(bytes));
        assertThat(hashed.bytes()).isEqualTo(bytes);
    }

    @Test
    void read_endlessFile_stopsAtTheLimit() {
        Path file = Path.of("/dev/zero");
        assumeThat(file).exists();

        assertThatThrownBy(() -> item(file).read(LIMIT)).hasMessageContaining("more than");
    }

    @Test
    void read_whatIsNoPicture_saysWhy() throws IOException {
        ImageItem empty = item(new byte[0]);

        assertThatThrownBy(() -> empty.read(LIMIT)).hasMessage("empty file");
        assertThatThrownBy(() -> empty.hash(SHA::hash, LIMIT)).hasMessage("empty file");
        assertThatThrownBy(() -> item(folder).read(LIMIT)).hasMessage("is a folder");
        assertThatThrownBy(() -> item(folder).hash(SHA::hash, LIMIT)).hasMessage("is a folder");
        assertThatThrownBy(() -> item(folder.resolve("none")).read(LIMIT)).hasMessage("no such file");
    }

    private ImageItem item(byte[] bytes) throws IOException {
        return item(Files.write(folder.resolve("file"), bytes));
    }

    private static ImageItem item(Path file) {
        return ImageItem.of(file.toString(), file);
    }
}
