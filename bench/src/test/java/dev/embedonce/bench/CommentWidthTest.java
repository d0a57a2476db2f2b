package dev.embedonce.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Comments are wrapped as code is; the formatter leaves them as they are. */
class CommentWidthTest {
    private static final int WIDTH = 120;

    @Test
    void comments_areNoWiderThanCode() throws IOException {
        List<String> checked = new ArrayList<>();
        List<String> tooWide = new ArrayList<>();
        try (Stream<Path> modules = Files.list(Path.of("").toAbsolutePath().getParent())) {
            for (Path module : modules.sorted().toList()) {
                String name = module.getFileName().toString();
                Path sources = module.resolve("src");
                if (Files.isDirectory(sources)) {
                    checked.add(name);
                    tooWide.addAll(tooWide(sources));
                }
            }
        }
        assertThat(checked).contains("bench", "image");
        assertThat(tooWide).isEmpty();
    }

    @Test
    void tooWide_namesTheLine(@TempDir Path folder) throws IOException {
        String fits = "// " + "é".repeat(WIDTH - 3);
        Files.writeString(folder.resolve("A.java"), fits + "\n    /** " + "x".repeat(WIDTH) + " */\n");

        assertThat(tooWide(folder)).containsExactly(folder.resolve("A.java") + ":2");
    }

    private static List<String> tooWide(Path sources) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .flatMap(CommentWidthTest::wideComments)
                    .toList();
        }
    }

    private static Stream<String> wideComments(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return Stream.iterate(0, i -> i < lines.size(), i -> i + 1)
                    .filter(i -> isWideComment(lines.get(i)))
                    .map(i -> file + ":" + (i + 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isWideComment(String line) {
        String text = line.strip();
        return (text.startsWith("*") || text.startsWith("/*") || text.startsWith("//"))
                && line.codePointCount(0, line.length()) > WIDTH;
    }
}
