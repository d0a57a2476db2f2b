package dev.embedonce.spark.internal.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.table.LocalTableFiles;
import dev.embedonce.table.TableFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HadoopTableFilesTest {
    @TempDir
    private java.nio.file.Path folder;

    /** Storage of a kind that nobody knows. */
    public static final class Unknown extends RawLocalFileSystem {
        @Override
        public URI getUri() {
            return URI.create("unknown:///");
        }

        @Override
        public String getScheme() {
            return "unknown";
        }

        /** Without permissions, which the superclass would look up by a path of its own kind. */
        @Override
        public FileStatus[] listStatus(Path path) throws IOException {
            return Arrays.stream(super.listStatus(path))
                    .map(file -> new FileStatus(
                            file.getLen(), file.isDirectory(), 1, 1, file.getModificationTime(), file.getPath()))
                    .toArray(FileStatus[]::new);
        }
    }

    private Configuration hadoop() {
        Configuration hadoop = new Configuration();
        hadoop.setBoolean("fs.viewfs.impl.disable.cache", true); // each test has a mount table of its own
        hadoop.setClass("fs.unknown.impl", Unknown.class, RawLocalFileSystem.class);
        hadoop.set("fs.viewfs.mounttable.default.link./table", folder.toUri().toString());
        return hadoop;
    }

    @Test
    void localFolders_areTheTablesOwn() throws IOException {
        assertThat(HadoopTableFiles.of(new Path(folder.toUri()), hadoop(), false))
                .isInstanceOf(LocalTableFiles.class);
    }

    @Test
    void unknownStorage_isRefused_unlessThereIsNoOtherWriter() throws IOException {
        Path root = new Path("unknown://" + folder);
        TableFiles files = HadoopTableFiles.of(root, hadoop(), false);
        assertThatThrownBy(files::requireAtomicCreate)
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining(root.toString())
                .hasMessageContaining("soleWriter");

        TableFiles alone = HadoopTableFiles.of(root, hadoop(), true);
        alone.requireAtomicCreate();
        behaves(alone);
    }

    @Test
    void storageThatRenames_createsOnce() throws Exception {
        TableFiles files = HadoopTableFiles.of(new Path("viewfs:///table"), hadoop(), false);
        files.requireAtomicCreate();
        behaves(files);
    }

    private static void behaves(TableFiles files) throws IOException {
        assertThat(files.folders()).isEmpty();
        assertThat(files.list("none")).isEmpty();
        assertThatThrownBy(() -> files.read("a/none")).isInstanceOf(FileNotFoundException.class);

        assertThat(files.createIfAbsent("a/b/1", bytes("first"))).isTrue();
        assertThat(files.createIfAbsent("a/b/1", bytes("second"))).isFalse();
        assertThat(files.read("a/b/1")).isEqualTo(bytes("first"));
        assertThat(files.folders()).containsExactly("a");
        assertThat(files.list("a")).singleElement().matches(file -> file.path().equals("b/1") && file.sizeBytes() == 5);

        files.delete("a/b/1");
        files.delete("a/b/1");
        assertThat(files.list("a")).isEmpty();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
