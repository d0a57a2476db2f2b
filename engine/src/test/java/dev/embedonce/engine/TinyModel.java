package dev.embedonce.engine;

import dev.embedonce.vlm.ModelOptions;
import dev.embedonce.vlm.VisionLanguageModel;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** A tiny model with random weights, and pictures for it. */
public final class TinyModel {
    private TinyModel() {}

    public static VisionLanguageModel load() {
        return load(folder());
    }

    private static VisionLanguageModel load(Path folder) {
        return VisionLanguageModel.load(
                folder, ModelOptions.builder().threads(1).build());
    }

    private static Path folder() {
        try {
            return Path.of(TinyModel.class.getResource("/models/qwen3_vl").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The model with another chat template, written to an empty folder. */
    static VisionLanguageModel withTemplate(Path folder, String template) {
        try (Stream<Path> files = Files.list(folder())) {
            for (Path file : files.filter(file -> !file.endsWith("tokenizer_config.json"))
                    .toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
            Files.writeString(folder.resolve("tokenizer_config.json"), "{\"chat_template\": \"" + template + "\"}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return load(folder);
    }

    /** A PNG that no other seed gives. */
    public static byte[] png(int seed) {
        BufferedImage image = new BufferedImage(48, 48, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                image.setRGB(x, y, random.nextInt(0x1000000));
            }
        }
        image.setRGB(0, 0, seed);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
