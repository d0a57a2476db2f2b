package dev.embedonce.cli.pictures;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.embedonce.cli.output.OutputFile;
import dev.embedonce.cli.pictures.Clusters.Cluster;
import dev.embedonce.cli.pictures.HtmlSheet.Part;
import dev.embedonce.cli.pictures.HtmlSheet.Picture;
import dev.embedonce.cli.pictures.Pair.Verdict;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Writes what a search for near-duplicates found: as text, JSON, CSV of pairs and a page of pictures. */
final class NearDuplicatesOutput {
    private static final int REJECTED_SHOWN = 60;
    private static final int PAIRS_SHOWN = 30;

    private final NearDuplicates found;

    NearDuplicatesOutput(NearDuplicates found) {
        this.found = found;
    }

    void printText() {
        int number = 1;
        for (Cluster cluster : found.clusters()) {
            Console.print(
                    "cluster %,d: %,d pictures", number++, cluster.members().size());
            for (int member : cluster.members()) {
                boolean best = member == cluster.representative();
                HashedPicture picture = found.pictures().get(member);
                String size = picture.width() + "x" + picture.height();
                String link = best ? "" : "  [" + linkText(cluster, member) + "]";
                Console.print(
                        "  %s %11s %10s  %s%s",
                        best ? "*" : " ", size, Console.bytes(picture.sizeBytes()), picture.path(), link);
            }
            System.out.println();
        }
        if (!found.clusters().isEmpty()) {
            Console.print("* the picture with most pixels, then most bytes");
        }
        found.summary().forEach(System.out::println);
        found.warnings().forEach(warning -> Console.print("warning: %s", warning));
    }

    private String linkText(Cluster cluster, int member) {
        Pair link = cluster.link(member);
        int other = link.first() == member ? link.second() : link.first();
        return link.describe()
                + (other == cluster.representative()
                        ? ""
                        : (link.kind().equals("near") ? " to " : " as ") + found.path(other));
    }

    void printJson() throws IOException {
        try (JsonGenerator json = Console.json()) {
            json.writeStartObject();
            counts(json);
            json.writeNumberField("hamming", found.hamming());
            NearDuplicates.Verification by = found.verification();
            json.writeStringField("verify", by == null ? "none" : by.rule());
            if (by != null) {
                json.writeStringField("modelVersion", by.modelVersion());
                json.writeStringField("preprocVersion", by.preprocVersion());
                json.writeStringField("store", by.store());
                json.writeNumberField("vectorsReused", by.reused());
                json.writeNumberField("vectorsEncoded", by.encoded());
            }
            json.writeNumberField("wallSeconds", found.seconds());
            strings(json, "warnings", found.warnings());
            json.writeArrayFieldStart("clusters");
            for (Cluster cluster : found.clusters()) {
                cluster(json, cluster);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("pairs");
            for (Pair pair : pairs().toList()) {
                pair(json, pair);
            }
            json.writeEndArray();
            strings(
                    json,
                    "degeneratePictures",
                    found.degenerate().stream().map(HashedPicture::path).toList());
            json.writeArrayFieldStart("failures");
            for (PictureReader.Result.Failed failure : found.failures()) {
                json.writeStartObject();
                json.writeStringField("path", failure.path());
                json.writeStringField("reason", failure.reason());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private void counts(JsonGenerator json) throws IOException {
        json.writeNumberField(
                "images", found.pictures().size() + found.failures().size());
        json.writeNumberField("hashes", found.pictures().size());
        json.writeNumberField("degenerate", found.degenerate().size());
        json.writeNumberField("failed", found.failures().size());
        json.writeNumberField("byteDuplicates", found.count(Verdict.BYTES));
        json.writeNumberField("pixelDuplicates", found.count(Verdict.PIXELS));
        json.writeNumberField("candidates", found.near().size());
        json.writeNumberField("verified", found.count(Verdict.VERIFIED));
        json.writeNumberField("rejected", found.count(Verdict.REJECTED));
        json.writeNumberField("notCompared", found.count(Verdict.UNVERIFIED));
        json.writeNumberField("clusterCount", found.clusters().size());
        json.writeNumberField("clusteredPictures", found.clusteredPictures());
    }

    private static void strings(JsonGenerator json, String name, List<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    private void cluster(JsonGenerator json, Cluster cluster) throws IOException {
        json.writeStartObject();
        json.writeStringField("representative", found.path(cluster.representative()));
        json.writeArrayFieldStart("pictures");
        for (int member : cluster.members()) {
            HashedPicture picture = found.pictures().get(member);
            json.writeStartObject();
            json.writeStringField("path", picture.path());
            json.writeStringField("contentHash", picture.contentHash().hex());
            json.writeStringField("phash", picture.hashes().phash().hex());
            json.writeBooleanField("degenerate", picture.hashes().degenerate());
            json.writeNumberField("width", picture.width());
            json.writeNumberField("height", picture.height());
            json.writeNumberField("sizeBytes", picture.sizeBytes());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void pair(JsonGenerator json, Pair pair) throws IOException {
        json.writeStartObject();
        json.writeStringField("pathA", found.path(pair.first()));
        json.writeStringField("pathB", found.path(pair.second()));
        json.writeNumberField("hamming", pair.hamming());
        if (Double.isNaN(pair.cosine())) {
            json.writeNullField("cosine");
        } else {
            json.writeNumberField("cosine", pair.cosine());
        }
        json.writeBooleanField("verified", pair.verified());
        json.writeStringField("kind", pair.kind());
        if (pair.problem() != null) {
            json.writeStringField("problem", pair.problem());
        }
        json.writeEndObject();
    }

    /** All pairs, exact ones and candidates with their verdicts, in input order. */
    private Stream<Pair> pairs() {
        return Stream.concat(found.exact().stream(), found.near().stream())
                .sorted(Comparator.comparingInt(Pair::first).thenComparingInt(Pair::second));
    }

    void writeCsv(Path file) {
        OutputFile.write(file, temporary -> {
            try (Writer out = Files.newBufferedWriter(temporary)) {
                out.write("path_a,path_b,hamming,cosine,verified,kind\n");
                for (Pair pair : pairs().toList()) {
                    out.write(String.join(
                                    ",",
                                    quoted(found.path(pair.first())),
                                    quoted(found.path(pair.second())),
                                    String.valueOf(pair.hamming()),
                                    Double.isNaN(pair.cosine()) ? "" : String.valueOf(pair.cosine()),
                                    String.valueOf(pair.verified()),
                                    pair.kind())
                            + "\n");
                }
            }
        });
    }

    private static String quoted(String text) {
        return text.matches("[^\",\\r\\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    void writeHtml(Path file, long maxPixels, long maxFileBytes, int threads) {
        Stream<Part> parts = Stream.of(
                        found.summary().stream().<Part>map(Part.Paragraph::new),
                        found.warnings().stream().<Part>map(Part.Warning::new),
                        IntStream.range(0, found.clusters().size())
                                .boxed()
                                .flatMap(number -> cluster(number, maxFileBytes).stream()),
                        rejected(maxFileBytes).stream(),
                        degenerate(maxFileBytes).stream())
                .flatMap(part -> part);
        HtmlSheet.write(file, "Near-duplicates", parts, maxPixels, threads);
    }

    private List<Part> cluster(int number, long maxFileBytes) {
        Cluster cluster = found.clusters().get(number);
        List<Integer> members = cluster.members();
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            int member = members.get(i);
            boolean best = member == cluster.representative();
            pictures.add(picture(
                    String.valueOf(i + 1),
                    member,
                    best
                            ? "representative: most pixels, then most bytes"
                            : cluster.link(member).describe(),
                    best,
                    maxFileBytes));
        }
        List<Part> parts = new ArrayList<>();
        parts.add(
                new Part.Heading(String.format(Locale.ROOT, "Cluster %,d: %,d pictures", number + 1, members.size())));
        parts.add(new Part.Row(pictures));
        if (members.size() > 2) {
            parts.add(new Part.Lines(pairLines(cluster)));
        }
        return parts;
    }

    private static List<String> pairLines(Cluster cluster) {
        List<String> lines = new ArrayList<>();
        for (Pair pair : cluster.pairs()) {
            if (lines.size() == PAIRS_SHOWN) {
                lines.add(String.format(
                        Locale.ROOT, "and %,d more pairs", cluster.pairs().size() - PAIRS_SHOWN));
                break;
            }
            int a = cluster.members().indexOf(pair.first()) + 1;
            int b = cluster.members().indexOf(pair.second()) + 1;
            lines.add(Math.min(a, b) + " and " + Math.max(a, b) + ": " + pair.describe());
        }
        return lines;
    }

    private Picture picture(String name, int number, String relation, boolean marked, long maxFileBytes) {
        HashedPicture picture = found.pictures().get(number);
        String size = picture.width() + " x " + picture.height() + ", " + Console.bytes(picture.sizeBytes());
        return new Picture(
                name,
                picture.path(),
                List.of(size, relation),
                marked,
                () -> picture.item().read(maxFileBytes));
    }

    /**
     * Pairs that are alike by hash and not by their vectors, the closest first: what hashes alone would have got wrong.
     */
    private List<Part> rejected(long maxFileBytes) {
        List<Pair> rejected = found.rejected().stream()
                .sorted(Comparator.comparingDouble(pair -> -pair.cosine()))
                .toList();
        if (rejected.isEmpty()) {
            return List.of();
        }
        List<Part> parts = new ArrayList<>();
        parts.add(new Part.Heading(String.format(
                Locale.ROOT, "Rejected: %,d pairs that are alike by hash, but not by their vectors", rejected.size())));
        for (Pair pair : rejected.subList(0, Math.min(REJECTED_SHOWN, rejected.size()))) {
            parts.add(new Part.Row(List.of(
                    picture("a", pair.first(), pair.describe(), false, maxFileBytes),
                    picture("b", pair.second(), pair.describe(), false, maxFileBytes))));
        }
        if (rejected.size() > REJECTED_SHOWN) {
            parts.add(new Part.Paragraph(
                    String.format(Locale.ROOT, "and %,d more pairs", rejected.size() - REJECTED_SHOWN)));
        }
        return parts;
    }

    private List<Part> degenerate(long maxFileBytes) {
        List<HashedPicture> degenerate = found.degenerate();
        if (degenerate.isEmpty()) {
            return List.of();
        }
        List<Picture> shown = degenerate.stream()
                .limit(REJECTED_SHOWN)
                .map(picture -> new Picture(
                        picture.hashes().phash().hex(),
                        picture.path(),
                        List.of(picture.width() + " x " + picture.height()),
                        false,
                        () -> picture.item().read(maxFileBytes)))
                .toList();
        List<Part> parts = new ArrayList<>();
        parts.add(new Part.Heading(String.format(
                Locale.ROOT, "Not searched by hash: %,d pictures with too little structure", degenerate.size())));
        parts.add(new Part.Row(shown));
        if (degenerate.size() > shown.size()) {
            parts.add(new Part.Paragraph(
                    String.format(Locale.ROOT, "and %,d more pictures", degenerate.size() - shown.size())));
        }
        return parts;
    }
}
