package dev.embedonce.table;

import dev.embedonce.hash.ContentHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Parts without Parquet: text files of hashes, one a line. */
record HashParts(LocalTableFiles files, TableVersion version) {
    static final Instant ADDED = Instant.parse("2026-03-01T12:00:00Z");

    Part write(List<ContentHash> rows) throws IOException {
        String path = "parts/" + UUID.randomUUID() + ".txt";
        Path file = files.resolve(version.folder() + "/" + path);
        files.makeFolders(file);
        Files.write(file, rows.stream().map(ContentHash::hex).toList());
        return new Part(path, rows.size(), Files.size(file), ADDED);
    }

    List<ContentHash> read(List<Part> parts) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (Part part : parts) {
            lines.append(Files.readString(file(part)));
        }
        return lines.toString().lines().map(ContentHash::new).toList();
    }

    Path file(Part part) {
        return files.resolve(version.path(part));
    }

    List<Part> rebase(List<Part> own, List<Part> published, Set<ContentHash> forgotten) throws IOException {
        List<ContentHash> theirs = read(published);
        List<ContentHash> left = read(own).stream()
                .filter(hash -> !theirs.contains(hash) && !forgotten.contains(hash))
                .toList();
        return left.isEmpty() ? List.of() : List.of(write(left));
    }
}
