package dev.embedonce.server.page;

import dev.embedonce.image.AlphaPolicy;
import dev.embedonce.image.ExifPolicy;
import dev.embedonce.image.ImageDecoder;
import dev.embedonce.image.PillowProfile;
import dev.embedonce.image.PillowResizer;
import dev.embedonce.image.PixelImage;
import dev.embedonce.image.ResampleFilter;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import javax.imageio.ImageIO;

/** Makes pictures small. Thread-safe. */
final class Thumbnails {
    private static final int SIDE = 128;

    private final ImageDecoder decoder;

    Thumbnails(long maxPixels) {
        this.decoder = new ImageDecoder(ExifPolicy.APPLY, maxPixels);
    }

    /**
     * A picture of at most 128 pixels a side, upright, over white, as a data URI.
     *
     * @throws RuntimeException if it cannot be decoded
     */
    String dataUri(byte[] encoded) throws IOException {
        PixelImage image = decoder.decode(encoded).toRgb(AlphaPolicy.OVER_WHITE);
        double scale = Math.min(1.0, (double) SIDE / Math.max(image.width(), image.height()));
        int width = Math.max(1, (int) Math.round(image.width() * scale));
        int height = Math.max(1, (int) Math.round(image.height() * scale));
        PixelImage small = PillowResizer.resize(image, width, height, ResampleFilter.BICUBIC, PillowProfile.PILLOW_13);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(buffered(small), "jpeg", bytes);
        return "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private static BufferedImage buffered(PixelImage image) {
        BufferedImage buffered = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        ByteBuffer samples = image.samples();
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                int red = samples.get() & 0xFF;
                int green = samples.get() & 0xFF;
                buffered.setRGB(x, y, (red << 16) | (green << 8) | (samples.get() & 0xFF));
            }
        }
        return buffered;
    }
}
