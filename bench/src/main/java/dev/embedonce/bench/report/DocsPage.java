package dev.embedonce.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A Markdown page with places for tables: {@code <!-- bench:NAME -->} begins one and {@code <!-- /bench:NAME -->} ends
 * it. What is outside of them is left alone.
 */
public record DocsPage(Path file) {

    /** Puts {@code text} into a place. */
    public void fill(String place, String text) throws IOException {
        String begin = "<!-- bench:" + place + " -->\n";
        String end = "<!-- /bench:" + place + " -->";
        String page = Files.readString(file);
        int from = page.indexOf(begin);
        int to = page.indexOf(end);
        if (from < 0 || to < from) {
            throw new IllegalStateException(file + " has no place '" + place + "': " + begin.strip() + " ... " + end);
        }
        Files.writeString(file, page.substring(0, from + begin.length()) + text + page.substring(to));
    }
}
