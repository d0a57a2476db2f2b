package dev.embedonce.cli.search;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.embedonce.cli.pictures.Console;
import dev.embedonce.cli.pictures.HtmlSheet;
import dev.embedonce.cli.pictures.HtmlSheet.Part;
import dev.embedonce.cli.pictures.HtmlSheet.Picture;
import dev.embedonce.hash.ContentHasher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a search found.
 *
 * @param hits the closest, closest first
 * @param rows that were compared
 * @param withoutDirection rows among them whose vector is zero or not finite
 * @param versionsDiffer whether vectors come from another encoder than the query's, which {@code --force} allows
 */
record SearchResult(
        Query query,
        Path vectors,
        List<Hit> hits,
        long rows,
        long withoutDirection,
        boolean versionsDiffer,
        double seconds) {

    void printText() {
        int rank = 1;
        for (Hit hit : hits) {
            Console.print("%5d  %7.4f  %s", rank++, hit.cosine(), hit.path());
        }
        Console.print("%s; %.2f s", compared(), seconds);
        warnings().forEach(warning -> Console.print("warning: %s", warning));
    }

    private String compared() {
        return String.format(
                Locale.ROOT, "the %,d closest of %,d vectors by cosine, every one compared", hits.size(), rows);
    }

    private List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (versionsDiffer) {
            warnings.add("the vectors were not made by the query's encoder; their order may mean nothing");
        }
        if (withoutDirection > 0) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "%,d vectors are zero or not finite and cannot be compared with anything",
                    withoutDirection));
        }
        return warnings;
    }

    void printJson() throws IOException {
        try (JsonGenerator json = Console.json()) {
            json.writeStartObject();
            json.writeStringField("query", query.text());
            json.writeStringField("queryKind", query.image() == null ? "text" : "image");
            json.writeStringField("vectors", vectors.toString());
            json.writeNumberField("rows", rows);
            json.writeNumberField("withoutDirection", withoutDirection);
            json.writeNumberField("dimension", query.vector().length);
            json.writeStringField("modelVersion", query.modelVersion());
            json.writeStringField("preprocVersion", query.preprocVersion());
            json.writeBooleanField("versionsDiffer", versionsDiffer);
            json.writeNumberField("wallSeconds", seconds);
            json.writeArrayFieldStart("results");
            int rank = 1;
            for (Hit hit : hits) {
                json.writeStartObject();
                json.writeNumberField("rank", rank++);
                json.writeNumberField("cosine", hit.cosine());
                json.writeStringField("path", hit.path());
                json.writeNumberField("row", hit.row());
                json.writeStringField("contentHash", hit.contentHash());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    void writeHtml(Path file, @Nullable Path pictures, long maxPixels) {
        List<Picture> shown = new ArrayList<>();
        for (Hit hit : hits) {
            shown.add(picture(shown.size() + 1, hit, pictures));
        }
        byte[] image = query.image();
        Stream<Part> asked = image == null
                ? Stream.empty()
                : Stream.of(new Part.Row(List.of(new Picture("query", query.text(), List.of(), true, () -> image))));
        Stream<Part> found = Stream.of(new Part.Heading("Closest first"), new Part.Row(shown));
        Stream<Part> parts = Stream.of(
                        Stream.of(new Part.Paragraph(compared() + " (" + vectors + ")")),
                        warnings().stream().map(Part.Warning::new),
                        asked,
                        found)
                .flatMap(part -> part);
        String title = image == null ? "Search: " + query.text() : "Pictures like this one";
        HtmlSheet.write(file, title, parts, maxPixels, Runtime.getRuntime().availableProcessors());
    }

    private Picture picture(int rank, Hit hit, @Nullable Path pictures) {
        List<String> details = new ArrayList<>();
        details.add(String.format(Locale.ROOT, "cosine %.4f", hit.cosine()));
        return new Picture(String.valueOf(rank), hit.path(), details, false, () -> read(hit, pictures));
    }

    /** The very bytes that were embedded: a file that has changed since would be the wrong picture. */
    private byte[] read(Hit hit, @Nullable Path pictures) throws IOException {
        Path found = find(hit.path(), pictures);
        if (Files.size(found) > SearchCommand.MAX_IMAGE_BYTES) {
            throw new IOException("the file is too large");
        }
        byte[] bytes = Files.readAllBytes(found);
        if (hit.contentHash() != null
                && !ContentHasher.sha256().hash(bytes).hex().equals(hit.contentHash())) {
            throw new IOException("the file has changed since it was embedded");
        }
        return bytes;
    }

    private Path find(String path, @Nullable Path pictures) throws IOException {
        Path folder = vectors.toAbsolutePath().getParent();
        List<Path> starts = pictures != null
                ? List.of(pictures)
                : folder == null ? List.of(Path.of("")) : List.of(Path.of(""), folder);
        try {
            for (Path start : starts) {
                if (Files.isRegularFile(start.resolve(path))) {
                    return start.resolve(path);
                }
            }
        } catch (InvalidPathException e) {
            // said below
        }
        throw new IOException("there is no such file (--pictures says where paths start)");
    }
}
