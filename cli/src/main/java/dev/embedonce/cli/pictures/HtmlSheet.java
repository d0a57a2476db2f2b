package dev.embedonce.cli.pictures;

import dev.embedonce.cli.output.OutputFile;
import dev.embedonce.cli.terminal.Messages;
import dev.embedonce.image.decode.Thumbnails;
import dev.embedonce.image.decode.Thumbnails.Thumbnail;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A self-contained page of pictures: thumbnails are embedded, there are no scripts, nothing is loaded. Pictures are
 * read one after the other while the page is written, so that its length costs no memory.
 */
public final class HtmlSheet {
    private static final String TITLE = "{{title}}";
    private static final String CONTENT = "{{content}}";
    /** The longest side of a thumbnail, in pixels. */
    private static final int SIDE = 320;

    private static final float QUALITY = 0.8f;

    /** A piece of the page. */
    public sealed interface Part {
        /** A heading. */
        record Heading(String text) implements Part {}

        /** A paragraph. */
        record Paragraph(String text) implements Part {}

        /** A warning paragraph. */
        record Warning(String text) implements Part {}

        /** Pictures side by side. */
        record Row(List<Picture> pictures) implements Part {}

        /** Lines in small print. */
        record Lines(List<String> lines) implements Part {}
    }

    /** Reads a picture's encoded bytes. */
    @FunctionalInterface
    public interface Bytes {
        byte[] read() throws IOException;
    }

    /**
     * A picture with its label.
     *
     * @param name its heading, such as {@code 1}
     * @param path where it is
     * @param details further lines
     * @param marked whether it is highlighted
     */
    public record Picture(String name, String path, List<String> details, boolean marked, Bytes bytes) {}

    private HtmlSheet() {}

    /**
     * Writes a page.
     *
     * @param maxPixels the most pixels that a picture may have; larger ones are only labelled
     * @param threads how many thumbnails are made at once
     * @throws dev.embedonce.cli.terminal.CliException if it cannot be written
     */
    public static void write(Path file, String title, Stream<Part> parts, long maxPixels, int threads) {
        String template = template();
        String head = template.substring(0, template.indexOf(CONTENT)).replace(TITLE, escaped(title));
        String tail = template.substring(template.indexOf(CONTENT) + CONTENT.length());
        Thumbnails thumbnails = new Thumbnails(SIDE, QUALITY, maxPixels);
        Iterator<Function<Thumbnails, String>> pieces =
                parts.flatMap(HtmlSheet::pieces).iterator();
        OutputFile.write(file, temporary -> {
            try (Writer out = Files.newBufferedWriter(temporary)) {
                out.write(head);
                InOrder.run(
                        () -> pieces.hasNext() ? pieces.next() : null,
                        piece -> piece.apply(thumbnails),
                        threads,
                        out::write);
                out.write(tail);
            }
        });
    }

    private static String template() {
        try (InputStream in = HtmlSheet.class.getResourceAsStream("sheet.html")) {
            if (in == null) {
                throw new IllegalStateException("sheet.html is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("sheet.html cannot be read from the program", e);
        }
    }

    /** The pieces of a part that can be made independently: each picture is one. */
    private static Stream<Function<Thumbnails, String>> pieces(Part part) {
        if (part instanceof Part.Row row) {
            return Stream.of(
                            Stream.of(fixed("<div class=\"row\">\n")),
                            row.pictures().stream().map(HtmlSheet::figure),
                            Stream.of(fixed("</div>\n")))
                    .flatMap(piece -> piece);
        }
        return Stream.of(fixed(text(part)));
    }

    private static Function<Thumbnails, String> fixed(String html) {
        return thumbnails -> html;
    }

    private static String text(Part part) {
        if (part instanceof Part.Heading heading) {
            return "<h2>" + escaped(heading.text()) + "</h2>\n";
        }
        if (part instanceof Part.Paragraph paragraph) {
            return "<p>" + escaped(paragraph.text()) + "</p>\n";
        }
        if (part instanceof Part.Warning warning) {
            return "<p class=\"warning\" role=\"note\">" + escaped(warning.text()) + "</p>\n";
        }
        return ((Part.Lines) part)
                .lines().stream()
                        .map(line -> "<li>" + escaped(line) + "</li>\n")
                        .collect(Collectors.joining("", "<ul>\n", "</ul>\n"));
    }

    private static Function<Thumbnails, String> figure(Picture picture) {
        return thumbnails -> {
            StringBuilder html = new StringBuilder();
            figure(picture, thumbnails, html);
            return html.toString();
        };
    }

    private static void figure(Picture picture, Thumbnails thumbnails, StringBuilder html) {
        html.append(picture.marked() ? "<figure class=\"marked\">" : "<figure>");
        try {
            Thumbnail thumbnail = thumbnails.of(picture.bytes().read());
            html.append("<img src=\"")
                    .append(thumbnail.dataUri())
                    .append("\" width=\"")
                    .append(thumbnail.width())
                    .append("\" height=\"")
                    .append(thumbnail.height())
                    .append("\" alt=\"")
                    .append(escaped(picture.path()))
                    .append("\">");
        } catch (IOException | RuntimeException e) {
            html.append("<div class=\"missing\">cannot be shown: ")
                    .append(escaped(Messages.oneLine(e)))
                    .append("</div>");
        }
        html.append("\n<figcaption><b>")
                .append(escaped(picture.name()))
                .append("</b> <span class=\"path\">")
                .append(escaped(picture.path()))
                .append("</span>");
        picture.details()
                .forEach(
                        detail -> html.append("<small>").append(escaped(detail)).append("</small>"));
        html.append("</figcaption></figure>\n");
    }

    /** Text for a page, in an element or an attribute; control characters become U+FFFD. */
    static String escaped(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Cs}&&[^\\t\\n]]", "\uFFFD")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
