package dev.embedonce.model;

import dev.embedonce.store.PrivateFiles;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * The file in which digests are remembered: text, a header, then one digest a line:
 * {@code device inode size mtime ctime offset length sha256 crc32c}, where the last is over the line before it. A line
 * that is not exactly that is passed over. Writers put a whole new file in place of the old, so that readers never see
 * half of one; of two at the same time one may be lost, and its digests are then computed again.
 */
final class DigestMemo {
    /** A range of a file in one state. */
    record Range(FileStamp stamp, long offset, long length) {}

    private static final String HEADER = "embedonce-digests 1";
    private static final int MOST_LINES = 20_000;
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Path file;

    DigestMemo(Path file) {
        this.file = file;
    }

    /** What is remembered, oldest first; empty if there is no file or it cannot be read. */
    Map<Range, String> read() {
        Map<Range, String> digests = new LinkedHashMap<>();
        try {
            List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
            if (!lines.isEmpty() && lines.get(0).equals(HEADER)) {
                lines.subList(1, lines.size())
                        .forEach(line -> parse(line).ifPresent(d -> digests.put(d.getKey(), d.getValue())));
            }
        } catch (NoSuchFileException | MalformedInputException e) {
            return digests;
        } catch (IOException e) {
            return new LinkedHashMap<>();
        }
        return digests;
    }

    /** Adds digests to those that the file holds by now. */
    void add(Map<Range, String> fresh) throws IOException {
        Map<Range, String> all = read();
        fresh.keySet().forEach(range -> all.keySet().removeIf(old -> sameFile(old, range)));
        all.putAll(fresh);
        List<String> lines =
                new ArrayList<>(all.entrySet().stream().map(DigestMemo::line).toList());
        String text = lines.subList(Math.max(0, lines.size() - MOST_LINES), lines.size()).stream()
                .collect(Collectors.joining("\n", HEADER + "\n", "\n"));
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(file + " has no folder");
        }
        PrivateFiles.createFolders(folder);
        Path temporary = Files.createTempFile(folder, file.getFileName().toString(), ".tmp");
        try {
            Files.writeString(temporary, text, StandardCharsets.US_ASCII);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Whether {@code old} speaks of the same file in an earlier state. */
    private static boolean sameFile(Range old, Range fresh) {
        return old.stamp().device() == fresh.stamp().device()
                && old.stamp().inode() == fresh.stamp().inode()
                && !old.stamp().equals(fresh.stamp());
    }

    private static String line(Map.Entry<Range, String> digest) {
        FileStamp s = digest.getKey().stamp();
        String text = s.device() + " " + s.inode() + " " + s.size() + " " + s.mtime() + " " + s.ctime() + " "
                + digest.getKey().offset() + " " + digest.getKey().length() + " " + digest.getValue();
        return text + " " + checksum(text);
    }

    private static Optional<Map.Entry<Range, String>> parse(String line) {
        int last = line.lastIndexOf(' ');
        String[] fields = line.split(" ", -1);
        if (fields.length != 9
                || !checksum(line.substring(0, last)).equals(fields[8])
                || !SHA256.matcher(fields[7]).matches()) {
            return Optional.empty();
        }
        try {
            long[] n = new long[7];
            for (int i = 0; i < n.length; i++) {
                n[i] = Long.parseLong(fields[i]);
            }
            return Optional.of(
                    Map.entry(new Range(new FileStamp(n[0], n[1], n[2], n[3], n[4]), n[5], n[6]), fields[7]));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return String.format("%08x", crc.getValue());
    }
}
