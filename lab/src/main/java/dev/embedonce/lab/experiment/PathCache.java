package dev.embedonce.lab.experiment;

import dev.embedonce.value.Embedding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What the article's author inherited: a cache whose key is a file's place, not its content. */
final class PathCache {
    private final Function<Path, String> key;
    private final Map<String, Embedding> kept = new HashMap<>();

    private PathCache(Function<Path, String> key) {
        this.key = key;
    }

    static PathCache byPath() {
        return new PathCache(Path::toString);
    }

    static PathCache byPathSizeAndTime() {
        return new PathCache(file -> {
            try {
                return file + "|" + Files.size(file) + "|"
                        + Files.getLastModifiedTime(file).toMillis();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    void keep(List<Path> files, List<Embedding> vectors) {
        for (int i = 0; i < files.size(); i++) {
            kept.put(key.apply(files.get(i)), vectors.get(i));
        }
    }

    /** How many files it would answer with another vector than the right one. */
    int stale(List<Path> files, List<Embedding> right) {
        int stale = 0;
        for (int i = 0; i < files.size(); i++) {
            Embedding answer = kept.get(key.apply(files.get(i)));
            stale += answer != null && !answer.equals(right.get(i)) ? 1 : 0;
        }
        return stale;
    }
}
