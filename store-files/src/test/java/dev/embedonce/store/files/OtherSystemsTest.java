package dev.embedonce.store.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.embedonce.store.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a system without POSIX modes refuses, as Windows does. A zip file is such a system. */
class OtherSystemsTest {
    @Test
    void createFolders_systemWithoutModes_makesThemPlainly(@TempDir Path temp) throws Exception {
        try (FileSystem zip = FileSystems.newFileSystem(temp.resolve("a.zip"), Map.of("create", "true"))) {
            Path folder = zip.getPath("/one/two");
            PrivateFiles.createFolders(folder);
            PrivateFiles.createFile(folder.resolve("file"));
            PrivateFiles.restrict(folder.resolve("file"));
            assertThat(Files.isRegularFile(folder.resolve("file"))).isTrue();
        }
    }

    private static FileChannel refuse(Path folder) throws IOException {
        throw new AccessDeniedException(folder.toString());
    }

    @Test
    void forceFolder_systemThatOpensNoFolders_isLeftToTheSystem(@TempDir Path temp) throws Exception {
        try (FileSystem zip = FileSystems.newFileSystem(temp.resolve("a.zip"), Map.of("create", "true"))) {
            Path folder = zip.getPath("/one");
            assertThatCode(() -> FilesCacheStore.forceFolder(folder, OtherSystemsTest::refuse))
                    .doesNotThrowAnyException();
        }
        Assumptions.assumeTrue(PrivateFiles.knowsModes(temp), "no POSIX system");
        assertThatExceptionOfType(AccessDeniedException.class)
                .as("where folders can be opened, a refusal is one")
                .isThrownBy(() -> FilesCacheStore.forceFolder(temp, OtherSystemsTest::refuse));
    }
}
