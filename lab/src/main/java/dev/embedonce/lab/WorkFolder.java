package dev.embedonce.lab;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.embedonce.lab.base.LabException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finished steps of a run, one JSON file each, valid only for the run whose identity is stored with them. */
final class WorkFolder {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path folder;

    /**
     * A work folder.
     *
     * @param identity of the run: if the folder has another one, its results are discarded
     */
    WorkFolder(Path folder, String identity, boolean fresh) {
        this.folder = folder;
        try {
            Path file = folder.resolve("run.txt");
            boolean same = Files.exists(file) && Files.readString(file).equals(identity);
            if (fresh || !same) {
                delete(folder);
            }
            Files.createDirectories(folder);
            Files.writeString(file, identity);
        } catch (IOException e) {
            throw new LabException("cannot write to " + folder + ": " + e.getMessage(), e);
        }
    }

    /** The result of a finished step. */
    <T> Optional<T> finished(String step, TypeReference<T> type) {
        Path file = file(step);
        try {
            return Files.exists(file) ? Optional.of(JSON.readValue(file.toFile(), type)) : Optional.empty();
        } catch (IOException e) {
            throw new LabException(file + " is not a result of this lab: " + e.getMessage(), e);
        }
    }

    /** Stores the result of a step, whole or not at all. */
    void finish(String step, Object result) {
        try {
            Path temporary = folder.resolve(step + ".part");
            JSON.writeValue(temporary.toFile(), result);
            Files.move(temporary, file(step), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(String step) {
        return folder.resolve(step + ".json");
    }

    /** A folder for files of the steps, empty when a run begins. */
    Path scratch() {
        return folder.resolve("scratch");
    }

    /** Removes the scratch files. */
    void clearScratch() {
        delete(scratch());
    }

    private static void delete(Path tree) {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
