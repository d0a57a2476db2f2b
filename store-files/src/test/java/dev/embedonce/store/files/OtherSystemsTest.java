package dev.embedonce.store.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.embedonce.store.PrivateFiles;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a system without POSIX modes refuses, as Windows does. A zip file is such a system, and it opens no folders either. */
class OtherSystemsTest {
    @Test
    void forceFolder_systemThatOpensNoFolders_isLeftToTheSystem(@TempDir Path temp) throws Exception {
        try (FileSystem zip = FileSystems.newFileSystem(temp.resolve("a.zip"), Map.of("create", "true"))) {
            Path folder = zip.getPath("/one/two");
            PrivateFiles.createFolders(folder);
            PrivateFiles.createFile(folder.resolve("file"));
            PrivateFiles.restrict(folder.resolve("file"));
            assertThat(Files.isRegularFile(folder.resolve("file"))).isTrue();
            assertThatCode(() -> FilesCacheStore.forceFolder(folder)).doesNotThrowAnyException();
            assertThatCode(() -> FilesCacheStore.forceFolder(zip.getPath("/gone"))).doesNotThrowAnyException();
        }
    }
}
