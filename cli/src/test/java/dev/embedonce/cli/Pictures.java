package dev.embedonce.cli;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;

/** Draws test pictures. */
final class Pictures {
    private Pictures() {}

    /** A picture that differs for every seed. */
    static BufferedImage draw(int seed) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(96, 72, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        for (int i = 0; i < 12; i++) {
            graphics.setColor(new Color(random.nextInt(0x1000000)));
            graphics.fillRect(random.nextInt(80), random.nextInt(60), 8 + random.nextInt(40), 8 + random.nextInt(40));
        }
        graphics.dispose();
        return image;
    }

    static Path png(Path folder, int seed) throws IOException {
        Path file = folder.resolve("picture-" + seed + ".png");
        Files.write(file, pngBytes(seed, 0.9f));
        return file;
    }

    /** The same pixels for a seed, other bytes for another quality (compression level). */
    static byte[] pngBytes(int seed, float quality) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ImageWriteParam settings = writer.getDefaultWriteParam();
        settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        settings.setCompressionQuality(quality);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (var out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(draw(seed), null, null), settings);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** {@code count} pictures, seeds 0 and up. */
    static Path folder(Path folder, int count) throws IOException {
        Files.createDirectories(folder);
        for (int seed = 0; seed < count; seed++) {
            png(folder, seed);
        }
        return folder;
    }
}
