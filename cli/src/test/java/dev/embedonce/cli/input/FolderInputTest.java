package dev.embedonce.cli.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.embed.ImageItem;
import dev.embedonce.embed.ImageStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class FolderInputTest {
    @TempDir
    Path folder;

    @Test
    void next_folder_isEveryFileNameByName() throws IOException {
        write("b.jpg", "a/2.jpg", "a/10.jpg", "a/b/c.jpg", "a.jpg", "a-1.jpg");

        assertThat(files(FolderInput.of(folder)))
                .containsExactly("a/10.jpg", "a/2.jpg", "a/b/c.jpg", "a-1.jpg", "a.jpg", "b.jpg");
    }

    @Test
    void next_hiddenFilesAndFolders_areLeftOut() throws IOException {
        write(".a.jpg", ".git/b.jpg", "c/.d.jpg", "c/e.jpg");

        assertThat(files(FolderInput.of(folder))).containsExactly("c/e.jpg");
    }

    @Test
    void next_hiddenFolderThatWasAskedFor_isLookedInto() throws IOException {
        write(".hidden/a.jpg");

        assertThat(files(FolderInput.of(folder.resolve(".hidden")))).containsExactly(".hidden/a.jpg");
    }

    @Test
    void next_links_areFollowedButNotInCircles() throws IOException {
        write("a/1.jpg");
        Files.createSymbolicLink(folder.resolve("b"), folder.resolve("a"));
        Files.createSymbolicLink(folder.resolve("a/up"), folder);
        Files.createSymbolicLink(folder.resolve("gone.jpg"), folder.resolve("nothing"));

        List<String> files = files(FolderInput.of(folder));

        assertThat(files).containsExactly("a/1.jpg", "a/up", "b/1.jpg", "b/up", "gone.jpg");
        assertThatThrownBy(() -> item("gone.jpg").read(1)).hasMessage("no such file");
        assertThatThrownBy(() -> item("a/up").read(1)).hasMessage("is a folder");
    }

    @Test
    void count_isKnownSoonAfterItIsAskedFor() throws Exception {
        write("a.jpg", "b.jpg", "c/d.jpg");
        FolderInput input = FolderInput.of(folder);

        while (input.count().isEmpty()) {
            Thread.sleep(1);
        }

        assertThat(input.count()).isEqualTo(OptionalLong.of(3));
        assertThat(files(input)).hasSize(3);
    }

    @Test
    void next_moreThanAreLookedForAhead_isAllOfThem() throws IOException {
        for (int i = 0; i < 5_000; i++) {
            Files.createFile(folder.resolve("%04d.jpg".formatted(i)));
        }

        assertThat(files(FolderInput.of(folder))).hasSize(5_000).isSorted();
    }

    @Test
    void next_emptyFolder_isTheEnd() throws IOException {
        assertThat(files(FolderInput.of(folder))).isEmpty();
    }

    @Test
    void glob_isWhatMatches() throws IOException {
        write("a.jpg", "b.png", "c/d.jpg", "c/e/f.jpg");

        assertThat(files(FolderInput.glob(folder + "/**.jpg"))).containsExactly("a.jpg", "c/d.jpg", "c/e/f.jpg");
        assertThat(files(FolderInput.glob(folder + "/*.{jpg,png}"))).containsExactly("a.jpg", "b.png");
    }

    @Test
    void glob_nothing_isRefusedAtOnce() throws IOException {
        write("a.jpg");

        assertThatThrownBy(() -> FolderInput.glob(folder + "/*.jpeg"))
                .isInstanceOf(CliException.class)
                .hasMessage("nothing matches " + folder + "/*.jpeg");
        assertThatThrownBy(() -> FolderInput.glob(folder + "/no/*.jpg"))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("no such folder");
    }

    private ImageItem item(String name) {
        return FileNames.item(folder.resolve(name));
    }

    private void write(String... names) throws IOException {
        for (String name : names) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, name);
        }
    }

    private List<String> files(FolderInput input) throws IOException {
        List<String> files = new ArrayList<>();
        try (ImageStream stream = input.open()) {
            for (ImageItem item = stream.next(); item != null; item = stream.next()) {
                files.add(folder.relativize(Path.of(item.path())).toString());
            }
            assertThat(stream.next()).isNull();
        }
        return files;
    }
}
