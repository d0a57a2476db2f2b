package dev.embedonce.spark.testing;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Small pictures, each another one. */
public final class TestPictures {
    private static final int SIDE = 24;

    private TestPictures() {}

    /** A picture of noise, as PNG. */
    public static byte[] png(long seed) throws IOException {
        return encoded(seed, "png");
    }

    /** The same pixels as {@link #png}, in other bytes. */
    public static byte[] bmp(long seed) throws IOException {
        return encoded(seed, "bmp");
    }

    private static byte[] encoded(long seed, String format) throws IOException {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                image.setRGB(x, y, random.nextInt());
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, format, out);
        return out.toByteArray();
    }

    /** Pictures {@code from} to {@code to - 1} in files of their own, {@code 7.png} and so on. */
    public static void write(Path folder, int from, int to) throws IOException {
        Files.createDirectories(folder);
        for (int i = from; i < to; i++) {
            Files.write(folder.resolve(i + ".png"), png(i));
        }
    }
}
