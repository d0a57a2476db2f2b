package dev.embedonce.lab.picture;

import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.PixelImage;
import java.awt.image.BufferedImage;

/**
 * Decoded pixels, 8-bit RGB, three bytes a pixel, rows from the top. Immutable as long as nobody writes to the array
 * handed in.
 */
public final class RgbPicture {
    private static final int BANDS = 3;
    private static final ImageDecoder DECODER = new ImageDecoder(ExifPolicy.APPLY);

    private final int width;
    private final int height;
    private final byte[] samples;

    /** A picture over {@code samples}, {@code height * width * 3} bytes, which the caller must not use any more. */
    public RgbPicture(int width, int height, byte[] samples) {
        if (width < 1 || height < 1 || samples.length != width * height * BANDS) {
            throw new IllegalArgumentException(
                    "a picture of " + width + "x" + height + " with " + samples.length + " bytes of samples");
        }
        this.width = width;
        this.height = height;
        this.samples = samples;
    }

    /**
     * Decodes an encoded picture: upright, transparency over white.
     *
     * @throws dev.embedonce.image.pixel.ImageException if it cannot be decoded
     */
    public static RgbPicture decode(byte[] encoded) {
        PixelImage image = DECODER.decode(encoded).toRgb(AlphaPolicy.OVER_WHITE);
        byte[] samples = new byte[image.width() * image.height() * BANDS];
        image.samples().get(samples);
        return new RgbPicture(image.width(), image.height(), samples);
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** Red, green and blue of one pixel as {@code 0xRRGGBB}. */
    public int rgb(int x, int y) {
        int at = (y * width + x) * BANDS;
        return (samples[at] & 0xFF) << 16 | (samples[at + 1] & 0xFF) << 8 | (samples[at + 2] & 0xFF);
    }

    byte[] samples() {
        return samples;
    }

    /** This picture for Java's own classes. */
    public BufferedImage toBufferedImage() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, rgb(x, y));
            }
        }
        return image;
    }

    /** A copy in which a rectangle has one colour, {@code 0xRRGGBB}. */
    public RgbPicture withPatch(int left, int top, int patchWidth, int patchHeight, int colour) {
        byte[] copy = samples.clone();
        for (int y = top; y < top + patchHeight; y++) {
            for (int x = left; x < left + patchWidth; x++) {
                int at = (y * width + x) * BANDS;
                copy[at] = (byte) (colour >> 16);
                copy[at + 1] = (byte) (colour >> 8);
                copy[at + 2] = (byte) colour;
            }
        }
        return new RgbPicture(width, height, copy);
    }

    /**
     * A rectangle of this picture, mirrored left to right if wanted, enlarged to this picture's size by repeating
     * pixels.
     */
    public RgbPicture enlarged(int left, int top, int partWidth, int partHeight, boolean mirrored) {
        byte[] out = new byte[samples.length];
        for (int y = 0; y < height; y++) {
            int fromY = top + y * partHeight / height;
            for (int x = 0; x < width; x++) {
                int column = mirrored ? width - 1 - x : x;
                int from = (fromY * width + left + column * partWidth / width) * BANDS;
                System.arraycopy(samples, from, out, (y * width + x) * BANDS, BANDS);
            }
        }
        return new RgbPicture(width, height, out);
    }
}
