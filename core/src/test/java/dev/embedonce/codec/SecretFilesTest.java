package dev.embedonce.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretFilesTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"rw-------,false", "r--------,false", "rw-r-----,true", "rw----r--,true", "rw-r--r--,true"})
    void file_isOpen_ifGroupOrOthersMayRead(String modes, boolean open) throws IOException {
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"), "modes");
        Path file = Files.writeString(folder.resolve("secret"), "x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(modes));

        assertThat(SecretFiles.canOthersRead(file)).isEqualTo(open);
    }

    @Test
    void file_thatIsNotThere_isNotOpen() {
        assertThat(SecretFiles.canOthersRead(folder.resolve("none"))).isFalse();
    }
}
