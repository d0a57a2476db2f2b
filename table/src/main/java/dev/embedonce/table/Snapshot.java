package dev.embedonce.table;

import dev.embedonce.error.CacheException;
import dev.embedonce.error.UnsupportedFormatException;
import dev.embedonce.hash.ContentHash;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What one version of the table holds at one time: the parts that are in it. Immutable. As a file it is UTF-8 text,
 * lines that end in a line feed, fields separated by tabs:
 *
 * <pre>
 * embedonce-table  1                                      the format
 * model            VERSION
 * preproc          VERSION
 * part             PATH  ROWS  BYTES  ADDED               for each part, oldest first; ADDED in epoch milliseconds
 * forgotten        HASH  NUMBER  WHEN                     by which snapshot a content was forgotten, for publishers
 * end              CRC32C                                 of all before this line, 8 hexadecimal digits
 * </pre>
 *
 * @param number 1 for the first; 0 for a version that has none yet
 * @param modelVersion of every row
 * @param preprocVersion of every row
 * @param parts in the order in which they were added
 * @param forgotten contents that were forgotten of late: a run that began before must not publish them any more
 */
public record Snapshot(
        long number, String modelVersion, String preprocVersion, List<Part> parts, List<Forgotten> forgotten) {
    /** The format of tables that this build reads and writes. */
    public static final int FORMAT = 1;

    /**
     * A content that was forgotten.
     *
     * @param number of the first snapshot without it
     * @param when that was
     */
    public record Forgotten(ContentHash content, long number, Instant when) {
        public Forgotten {
            when = Instant.ofEpochMilli(when.toEpochMilli());
        }
    }

    public Snapshot {
        parts = List.copyOf(parts);
        forgotten = List.copyOf(forgotten);
    }

    static Snapshot none(String modelVersion, String preprocVersion) {
        return new Snapshot(0, modelVersion, preprocVersion, List.of(), List.of());
    }

    /** Rows of all parts. */
    public long rows() {
        return parts.stream().mapToLong(Part::rows).sum();
    }

    /** Bytes of all parts. */
    public long sizeBytes() {
        return parts.stream().mapToLong(Part::sizeBytes).sum();
    }

    /** The parts that {@code earlier} did not have. */
    public List<Part> partsSince(Snapshot earlier) {
        Set<Part> known = new HashSet<>(earlier.parts);
        return parts.stream().filter(part -> !known.contains(part)).toList();
    }

    /** This one, as if it listed these parts too. */
    public Snapshot with(List<Part> more) {
        List<Part> all = new ArrayList<>(parts);
        all.addAll(more);
        return new Snapshot(number, modelVersion, preprocVersion, all, forgotten);
    }

    /** The contents that were forgotten after {@code earlier}. */
    public Set<ContentHash> forgottenSince(Snapshot earlier) {
        Set<ContentHash> contents = new HashSet<>();
        for (Forgotten one : forgotten) {
            if (one.number() > earlier.number) {
                contents.add(one.content());
            }
        }
        return contents;
    }

    byte[] toBytes() {
        StringBuilder text = new StringBuilder();
        line(text, "embedonce-table", FORMAT);
        line(text, "model", modelVersion);
        line(text, "preproc", preprocVersion);
        parts.forEach(part -> line(
                text,
                "part",
                part.path(),
                part.rows(),
                part.sizeBytes(),
                part.added().toEpochMilli()));
        forgotten.forEach(one ->
                line(text, "forgotten", one.content(), one.number(), one.when().toEpochMilli()));
        line(text, "end", checksum(text.toString()));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void line(StringBuilder text, String word, Object... fields) {
        text.append(word);
        for (Object field : fields) {
            text.append('\t').append(field);
        }
        text.append('\n');
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }

    /**
     * Reads a snapshot.
     *
     * @param name of the file, for messages
     * @throws UnsupportedFormatException if it is of another format
     * @throws CacheException if it is damaged
     */
    static Snapshot parse(String name, long number, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        String[] first = text.lines().findFirst().orElse("").split("\t", -1);
        if (!first[0].equals("embedonce-table") || first.length != 2) {
            throw new CacheException(name + " is no snapshot of a table");
        }
        if (!first[1].equals(String.valueOf(FORMAT))) {
            throw new UnsupportedFormatException(
                    name + " is of table format " + first[1] + "; this build reads format " + FORMAT);
        }
        int end = text.lastIndexOf("end\t");
        if (end < 0 || !text.substring(end).equals("end\t" + checksum(text.substring(0, end)) + "\n")) {
            throw damaged(name, null);
        }
        try {
            return parseLines(number, text.substring(0, end).lines().skip(1).toList());
        } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException e) {
            throw damaged(name, e);
        }
    }

    private static CacheException damaged(String name, @Nullable Exception cause) {
        return new CacheException(name + " is damaged; without it, the table is as the snapshot before says", cause);
    }

    private static Snapshot parseLines(long number, List<String> lines) {
        String model = "";
        String preproc = "";
        List<Part> parts = new ArrayList<>();
        List<Forgotten> forgotten = new ArrayList<>();
        for (String line : lines) {
            String[] fields = line.split("\t", -1);
            switch (fields[0]) {
                case "model" -> model = fields[1];
                case "preproc" -> preproc = fields[1];
                case "part" ->
                    parts.add(new Part(
                            fields[1], Long.parseLong(fields[2]), Long.parseLong(fields[3]), instant(fields[4])));
                case "forgotten" ->
                    forgotten.add(
                            new Forgotten(new ContentHash(fields[1]), Long.parseLong(fields[2]), instant(fields[3])));
                default -> throw new IllegalArgumentException("an unknown line: " + fields[0]);
            }
        }
        return new Snapshot(number, model, preproc, parts, forgotten);
    }

    private static Instant instant(String millis) {
        return Instant.ofEpochMilli(Long.parseLong(millis));
    }
}
