package dev.embedonce.demo;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The demo model as a folder, laid out as a published checkpoint of the family qwen3_vl. It answers questions about
 * coloured shapes on drawn pictures; its model card says how well.
 */
public final class DemoModel {
    /** What users call it. */
    public static final String NAME = "demo";

    private static final List<String> FILES = List.of(
            "config.json",
            "generation_config.json",
            "preprocessor_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "chat_template.jinja",
            "model.safetensors",
            "MODEL_CARD.md",
            "LICENSE");

    private DemoModel() {}

    /**
     * Unpacks the model, once for each version of it.
     *
     * @param cacheFolder below which it is put
     * @return the model's folder
     * @throws UncheckedIOException if it cannot be written; what is there is complete files only
     */
    public static Path unpack(Path cacheFolder) {
        try {
            Map<String, byte[]> files = files();
            Path folder = cacheFolder.resolve("demo-model-" + digest(files).substring(0, 16));
            Files.createDirectories(folder);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Path target = folder.resolve(file.getKey());
                if (!Files.exists(target) || Files.size(target) != file.getValue().length) {
                    write(target, file.getValue());
                }
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the demo model cannot be unpacked into " + cacheFolder + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, byte[]> files() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String name : FILES) {
            try (InputStream in = DemoModel.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IOException(name + " is missing from this installation");
                }
                files.put(name, in.readAllBytes());
            }
        }
        return files;
    }

    /** Beside, then into place: another process may unpack at the same time. */
    private static void write(Path target, byte[] content) throws IOException {
        Path beside = Files.createTempFile(target.getParent(), "unpacking-", ".tmp");
        try {
            Files.copy(new ByteArrayInputStream(content), beside, StandardCopyOption.REPLACE_EXISTING);
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static String digest(Map<String, byte[]> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            files.values().forEach(digest::update);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
