package dev.embedonce.cli.pictures;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
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
import javax.imageio.stream.ImageOutputStream;

/** Pictures that are drawn, and what happens to pictures. */
public final class Drawing {
    private Drawing() {}

    /**
     * Shaded shapes under a little noise, so that the picture survives saving as a photo does; every seed gives another
     * one.
     */
    public static BufferedImage scene(long seed, int width, int height) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = image.createGraphics();
        pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        pen.setPaint(new GradientPaint(0, 0, colour(random), width, height, colour(random)));
        pen.fillRect(0, 0, width, height);
        for (int i = 0; i < 14; i++) {
            pen.setPaint(new GradientPaint(0, 0, colour(random), width, height / 2f, colour(random)));
            int x = random.nextInt(width);
            int y = random.nextInt(height);
            int w = width / 10 + random.nextInt(width / 3);
            int h = height / 10 + random.nextInt(height / 3);
            if (random.nextBoolean()) {
                pen.fillOval(x - w / 2, y - h / 2, w, h);
            } else {
                pen.fillRect(x - w / 2, y - h / 2, w, h);
            }
        }
        pen.dispose();
        for (int i = 0; i < width * height; i++) {
            Color colour = new Color(image.getRGB(i % width, i / width));
            int noise = (int) Math.round(random.nextGaussian() * 4);
            image.setRGB(
                    i % width,
                    i / width,
                    new Color(
                                    level(colour.getRed() + noise),
                                    level(colour.getGreen() + noise),
                                    level(colour.getBlue() + noise))
                            .getRGB());
        }
        return image;
    }

    private static int level(int value) {
        return Math.max(0, Math.min(255, value));
    }

    private static Color colour(Random random) {
        return new Color(random.nextInt(256), random.nextInt(256), random.nextInt(256));
    }

    public static BufferedImage flat(Color colour, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = image.createGraphics();
        pen.setColor(colour);
        pen.fillRect(0, 0, width, height);
        pen.dispose();
        return image;
    }

    public static BufferedImage resized(BufferedImage image, int width, int height) {
        BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = small.createGraphics();
        pen.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        pen.drawImage(image, 0, 0, width, height, null);
        pen.dispose();
        return small;
    }

    /**
     * Another picture that looks the same to a perceptual hash: the same brightness in the large, without colours and
     * under a fine chequer.
     */
    public static BufferedImage lookAlike(BufferedImage image) {
        BufferedImage other = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                Color colour = new Color(image.getRGB(x, y));
                double grey = 0.299 * colour.getRed() + 0.587 * colour.getGreen() + 0.114 * colour.getBlue();
                int brightness = (int) Math.round(64 + grey / 2) + ((x / 3 + y / 3) % 2 == 0 ? 60 : -60);
                int clamped = level(brightness);
                other.setRGB(x, y, new Color(clamped, clamped, clamped).getRGB());
            }
        }
        return other;
    }

    /** Writes a picture in a format that keeps its pixels: {@code png} or {@code bmp}. */
    public static Path write(BufferedImage image, String format, Path file) throws IOException {
        if (!ImageIO.write(image, format, file.toFile())) {
            throw new IOException("no writer for " + format);
        }
        return file;
    }

    public static Path writeJpeg(BufferedImage image, float quality, Path file) throws IOException {
        return Files.write(file, jpeg(image, quality));
    }

    static byte[] jpeg(BufferedImage image, float quality) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam settings = writer.getDefaultWriteParam();
        settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        settings.setCompressionQuality(quality);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), settings);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** A JPEG with an EXIF orientation behind its start marker. */
    static byte[] withOrientation(byte[] jpeg, int orientation) {
        byte[] exif = {
            (byte) 0xFF,
            (byte) 0xE1,
            0,
            34,
            'E',
            'x',
            'i',
            'f',
            0,
            0,
            'M',
            'M',
            0,
            42,
            0,
            0,
            0,
            8,
            0,
            1,
            0x01,
            0x12,
            0,
            3,
            0,
            0,
            0,
            1,
            0,
            (byte) orientation,
            0,
            0,
            0,
            0,
            0,
            0
        };
        byte[] result = new byte[jpeg.length + exif.length];
        System.arraycopy(jpeg, 0, result, 0, 2);
        System.arraycopy(exif, 0, result, 2, exif.length);
        System.arraycopy(jpeg, 2, result, 2 + exif.length, jpeg.length - 2);
        return result;
    }
}
