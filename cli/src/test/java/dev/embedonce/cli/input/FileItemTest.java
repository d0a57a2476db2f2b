package dev.embedonce.cli.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileItemTest {
    private static final int LIMIT = 4 << 20;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 8_192, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, LIMIT})
    void read_file_isAllOfIt(int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);

        assertThat(item(bytes).read(LIMIT)).isEqualTo(bytes);
    }

    @Test
    void read_oneByteTooMany_isRefused() throws IOException {
        FileItem item = item(new byte[LIMIT + 1]);

        assertThatThrownBy(() -> item.read(LIMIT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("more than");
    }

    @Test
    void read_fileThatSaysItIsEmpty_isAllOfIt() throws IOException {
        Path file = Path.of("/proc/self/limits");
        assumeThat(file).exists();

        byte[] read = new FileItem(file).read(LIMIT);

        assertThat(Files.size(file)).isZero();
        assertThat(read).isEqualTo(Files.readAllBytes(file));
        assertThat(read.length).isGreaterThan(100);
    }

    @Test
    void read_endlessFile_stopsAtTheLimit() {
        Path file = Path.of("/dev/zero");
        assumeThat(file).exists();

        assertThatThrownBy(() -> new FileItem(file).read(LIMIT)).hasMessageContaining("more than");
    }

    @Test
    void read_whatIsNoPicture_saysWhy() throws IOException {
        FileItem empty = item(new byte[0]);

        assertThatThrownBy(() -> empty.read(LIMIT)).hasMessage("empty file");
        assertThatThrownBy(() -> new FileItem(folder).read(LIMIT)).hasMessage("is a folder");
        assertThatThrownBy(() -> new FileItem(folder.resolve("none")).read(LIMIT))
                .hasMessage("no such file");
    }

    private FileItem item(byte[] bytes) throws IOException {
        return new FileItem(Files.write(folder.resolve("file"), bytes));
    }
}
