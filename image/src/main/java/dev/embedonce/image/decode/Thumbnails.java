package dev.embedonce.image.decode;

import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.resize.PillowProfile;
import dev.embedonce.image.resize.PillowResizer;
import dev.embedonce.image.resize.ResampleFilter;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Makes small JPEGs as data URIs for pages. Immutable and thread-safe. */
public final class Thumbnails {
    private final int side;
    private final float quality;
    private final ImageDecoder decoder;

    /**
     * Thumbnails of one kind.
     *
     * @param side the longest side, in pixels
     * @param quality of the JPEG, from 0 to 1
     * @param maxPixels the most pixels that a picture may have
     */
    public Thumbnails(int side, float quality, long maxPixels) {
        if (side < 1 || !(quality >= 0 && quality <= 1)) {
            throw new IllegalArgumentException("thumbnails of " + side + " pixels a side, quality " + quality);
        }
        this.side = side;
        this.quality = quality;
        this.decoder = new ImageDecoder(ExifPolicy.APPLY, maxPixels);
    }

    /**
     * A thumbnail.
     *
     * @param width in pixels
     * @param height in pixels
     */
    public record Thumbnail(String dataUri, int width, int height) {}

    /**
     * A thumbnail of an encoded picture, upright, over white; small pictures keep their size.
     *
     * @throws ImageException if it cannot be decoded
     */
    public Thumbnail of(byte[] encoded) throws IOException {
        PixelImage image = decoder.decode(encoded).toRgb(AlphaPolicy.OVER_WHITE);
        double scale = Math.min(1.0, (double) side / Math.max(image.width(), image.height()));
        int width = Math.max(1, (int) Math.round(image.width() * scale));
        int height = Math.max(1, (int) Math.round(image.height() * scale));
        PixelImage small = PillowResizer.resize(image, width, height, ResampleFilter.BICUBIC, PillowProfile.PILLOW_13);
        String base64 = Base64.getEncoder().encodeToString(jpeg(buffered(small)));
        return new Thumbnail("data:image/jpeg;base64," + base64, width, height);
    }

    private static BufferedImage buffered(PixelImage image) {
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
        return buffered;
    }

    private byte[] jpeg(BufferedImage image) throws IOException {
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
}
