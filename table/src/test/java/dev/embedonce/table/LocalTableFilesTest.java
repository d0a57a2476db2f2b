package dev.embedonce.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Feature;
import com.google.common.jimfs.Jimfs;
import dev.embedonce.error.StoreUnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalTableFilesTest {
    @TempDir
    private Path folder = Path.of("");

    private TableFiles files() {
        return new LocalTableFiles(folder.resolve("table"));
    }

    @Test
    void createIfAbsent_ofManyAtOnce_oneSucceeds_andItsContentStays() throws Exception {
        int callers = 8;
        ExecutorService pool = Executors.newFixedThreadPool(callers);
        CountDownLatch start = new CountDownLatch(callers);
        try {
            List<Future<Boolean>> results = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                byte[] content = String.valueOf(i).getBytes(StandardCharsets.UTF_8);
                results.add(pool.submit(() -> {
                    start.countDown();
                    start.await();
                    return files().createIfAbsent("a/b", content);
                }));
            }
            int winner = -1;
            for (int i = 0; i < callers; i++) {
                if (results.get(i).get()) {
                    assertThat(winner).isEqualTo(-1);
                    winner = i;
                }
            }
            assertThat(files().read("a/b")).asString().isEqualTo(String.valueOf(winner));
        } finally {
            pool.shutdownNow();
        }
        assertThat(files().list("")).extracting(TableFiles.Listed::path).containsExactly("a/b");
    }

    @Test
    void list_isOfAllDepths_andOfNothing() throws IOException {
        assertThat(files().list("none")).isEmpty();
        assertThat(files().folders()).isEmpty();
        files().createIfAbsent("x/y/z", new byte[3]);
        files().createIfAbsent("x/w", new byte[4]);

        assertThat(files().folders()).containsExactly("x");
        assertThat(files().list("x"))
                .extracting(TableFiles.Listed::path, TableFiles.Listed::sizeBytes)
                .containsExactlyInAnyOrder(tuple("y/z", 3L), tuple("w", 4L));
    }

    @Test
    void read_ofNoFile_saysSo_andDeleteDoesNotMind() throws IOException {
        assertThatThrownBy(() -> files().read("none")).isInstanceOf(NoSuchFileException.class);
        files().delete("none");
    }

    @Test
    void requireAtomicCreate_leavesNothing() throws IOException {
        files().requireAtomicCreate();
        assertThat(files().list("")).isEmpty();
        assertThat(Files.getPosixFilePermissions(folder.resolve("table")))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void requireAtomicCreate_withoutHardLinks_isRefused() throws IOException {
        Configuration noLinks = Configuration.unix().toBuilder()
                .setSupportedFeatures(Feature.SYMBOLIC_LINKS)
                .build();
        try (FileSystem system = Jimfs.newFileSystem(noLinks)) {
            TableFiles files = new LocalTableFiles(system.getPath("/table"));
            assertThatThrownBy(files::requireAtomicCreate)
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("/table: its file system has no hard links");
            assertThat(files.list("")).isEmpty();
        }
    }
}
