package dev.embedonce.cli.pictures;

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
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Makes small JPEGs that stand in a page as data URIs. Thread-safe. */
final class Thumbnails {
    /** The longest side, in pixels. */
    static final int SIDE = 320;

    private static final float QUALITY = 0.8f;

    private final ImageDecoder decoder;

    Thumbnails(long maxPixels) {
        this.decoder = new ImageDecoder(ExifPolicy.APPLY, maxPixels);
    }

    /** A picture made small. */
    record Thumbnail(String dataUri, int width, int height) {}

    /**
     * A thumbnail of an encoded picture, upright, over white; small pictures keep their size.
     *
     * @throws RuntimeException if it cannot be decoded
     */
    Thumbnail of(byte[] encoded) throws IOException {
        PixelImage image = decoder.decode(encoded).toRgb(AlphaPolicy.OVER_WHITE);
        double scale = Math.min(1.0, (double) SIDE / Math.max(image.width(), image.height()));
        int width = Math.max(1, (int) Math.round(image.width() * scale));
        int height = Math.max(1, (int) Math.round(image.height() * scale));
        PixelImage small = PillowResizer.resize(image, width, height, ResampleFilter.BICUBIC, PillowProfile.PILLOW_13);
        String base64 = Base64.getEncoder().encodeToString(jpeg(small));
        return new Thumbnail("data:image/jpeg;base64," + base64, width, height);
    }

    private static byte[] jpeg(PixelImage image) throws IOException {
        BufferedImage buffered = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        ByteBuffer samples = image.samples();
        int[] row = new int[image.width()];
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < row.length; x++) {
                int red = samples.get() & 0xFF;
                int green = samples.get() & 0xFF;
                int blue = samples.get() & 0xFF;
                row[x] = (red << 16) | (green << 8) | blue;
            }
            buffered.setRGB(0, y, row.length, 1, row, 0, row.length);
        }
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("jpeg");
        ImageWriter writer = writers.next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriteParam quality = writer.getDefaultWriteParam();
        quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        quality.setCompressionQuality(QUALITY);
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(buffered, null, null), quality);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
