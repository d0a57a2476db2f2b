package dev.embedonce.cli.vlm;

import dev.embedonce.vlm.ImageReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Prints a line for each picture that says where its features came from. */
final class ImageLines {
    private ImageLines() {}

    static void print(List<Path> files, List<ImageReport> reports) {
        for (int i = 0; i < reports.size(); i++) {
            String name = i < files.size() ? String.valueOf(files.get(i).getFileName()) : "image " + (i + 1);
            System.err.println(line(name, reports.get(i)));
        }
    }

    private static String line(String name, ImageReport report) {
        String how = switch (report.source()) {
            case ENCODED -> "miss (encoded)";
            case MEMORY -> "hit (memory)";
            case STORE -> "hit (disk)";
            case PIXELS -> "hit (same pixels)";
            case SHARED -> "hit (shared)";
            case FOREIGN -> "hit (foreign)";
        };
        return String.format(
                Locale.ROOT,
                "[%s: %s, %.1f ms, %d tokens]",
                name,
                how,
                report.time().toNanos() / 1e6,
                report.features().tokens());
    }
}
