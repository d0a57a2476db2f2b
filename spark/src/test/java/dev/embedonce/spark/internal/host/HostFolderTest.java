package dev.embedonce.spark.internal.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostFolderTest {
    @TempDir
    private Path parent;

    private static void fill(Path folder) throws IOException {
        Files.writeString(folder.resolve("file"), "content");
    }

    @Test
    void firstFills_lastRemoves() throws IOException {
        HostFolder used = HostFolder.use(parent, "name", HostFolderTest::fill);
        assertThat(parent.resolve("name/file")).hasContent("content");
        used.leave();
        assertThat(parent.resolve("name")).doesNotExist();
    }

    @Test
    void fillingThatFails_leavesNothing() throws IOException {
        assertThatThrownBy(() -> HostFolder.use(parent, "name", folder -> {
                    fill(folder);
                    throw new IOException("no space left");
                }))
                .hasMessage("no space left");
        try (var left = Files.list(parent)) {
            assertThat(left).containsExactly(parent.resolve("name.lock"));
        }
        HostFolder.use(parent, "name", HostFolderTest::fill).leave();
    }

    @Test
    void folderOfAnotherProcess_isUsed_andRemovedWhenThatIsKilled() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        parent.toString())
                .start();
        try (BufferedReader said = other.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.readLine()).isEqualTo("in");
            HostFolder used = HostFolder.use(parent, "name", folder -> {
                throw new IOException("filled twice");
            });
            used.leave();
            assertThat(parent.resolve("name/file")).exists();
        } finally {
            other.destroyForcibly().waitFor();
        }
        HostFolder.use(parent, "name", folder -> {
                    throw new IOException("filled twice");
                })
                .leave();
        assertThat(parent.resolve("name")).doesNotExist();
    }

    /** Uses the folder until its input ends. */
    static final class Other {
        private Other() {}

        public static void main(String[] arguments) throws IOException {
            HostFolder.use(Path.of(arguments[0]), "name", HostFolderTest::fill);
            System.out.println("in");
            System.in.read();
        }
    }
}
