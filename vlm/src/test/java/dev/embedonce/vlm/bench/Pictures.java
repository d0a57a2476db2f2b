package dev.embedonce.vlm.bench;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;

/** Pictures to measure with; same sizes, same bytes. */
final class Pictures {
    private Pictures() {}

    /** A JPEG of smooth colours with a little noise, as large in bytes as a photograph would be. */
    static byte[] photoLike(int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(1);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int red = level(Math.sin(x / 97.0), random);
                int green = level(Math.cos(y / 61.0), random);
                int blue = level(Math.sin((x + y) / 151.0), random);
                image.setRGB(x, y, red << 16 | green << 8 | blue);
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "jpeg", bytes);
        return bytes.toByteArray();
    }

    private static int level(double value, Random random) {
        return (int) (128 + 100 * value + random.nextInt(20));
    }
}
