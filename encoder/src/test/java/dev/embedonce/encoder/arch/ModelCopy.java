package dev.embedonce.encoder.arch;

import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.model.ModelFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A copy of a golden case's model that a test may spoil. */
final class ModelCopy {
    private final Path directory;

    private ModelCopy(Path directory) {
        this.directory = directory;
    }

    static ModelCopy of(String name, Path directory) throws IOException {
        Files.createDirectories(directory);
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(GoldenCase.named(name).directory())) {
            for (Path file : files) {
                Files.copy(file, directory.resolve(String.valueOf(file.getFileName())));
            }
        }
        return new ModelCopy(directory);
    }

    Path directory() {
        return directory;
    }

    Path weights() {
        return directory.resolve("model.safetensors");
    }

    ModelCopy config(String find, String replacement) throws IOException {
        Path file = directory.resolve("config.json");
        String before = Files.readString(file);
        String after = before.replaceAll(find, replacement);
        if (after.equals(before)) {
            throw new IllegalArgumentException("config.json has no " + find);
        }
        Files.writeString(file, after);
        return this;
    }

    /** Replaces text in the header by another of the same length. */
    ModelCopy header(String find, String replacement) throws IOException {
        byte[] bytes = Files.readAllBytes(weights());
        String latin = new String(bytes, StandardCharsets.ISO_8859_1);
        String changed = latin.replace(find, replacement);
        if (changed.equals(latin) || changed.length() != latin.length()) {
            throw new IllegalArgumentException("cannot replace " + find);
        }
        Files.write(weights(), changed.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** Flips the lowest bit of a tensor's first element. */
    ModelCopy flip(String tensor) throws IOException {
        byte[] bytes = Files.readAllBytes(weights());
        int offset = (int) Checkpoint.openFile(weights()).get(tensor).offset();
        bytes[offset] ^= 1;
        Files.write(weights(), bytes);
        return this;
    }

    ModelCopy truncate(int lastBytes) throws IOException {
        byte[] bytes = Files.readAllBytes(weights());
        Files.write(weights(), Arrays.copyOf(bytes, bytes.length - lastBytes));
        return this;
    }

    BuiltModel build(Modality modality, BuildOptions options) {
        return Architectures.build(ModelFiles.open(directory), modality, options);
    }

    String fingerprint() {
        return build(Modality.IMAGE, BuildOptions.DEFAULT).fingerprint();
    }
}
