package dev.embedonce.image.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.image.process.ResizeRule;
import dev.embedonce.image.resize.ResampleFilter;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/**
 * A JPEG of which only the blocks that survive the crop are transformed gives the pixels of one that is decoded whole.
 */
class JpegRegionTest {
    private static final ImageProcessor PROCESSOR = ImageProcessor.builder()
            .label("region")
            .resize(new ResizeRule.ShortestEdge(128), ResampleFilter.BICUBIC)
            .centreCrop(112, 112)
            .build();

    private static BufferedImage draw(int width, int height, Random random) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int red = x * 3 + random.nextInt(60);
                int green = y * 2 + random.nextInt(60);
                image.setRGB(x, y, new Color(red & 0xFF, green & 0xFF, (x ^ y) & 0xFF).getRGB());
            }
        }
        return image;
    }

    private static byte[] write(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, format, bytes);
        return bytes.toByteArray();
    }

    private static byte[] decodedWhole(byte[] jpeg) throws IOException {
        PixelImage pixels = new ImageDecoder(ExifPolicy.APPLY).decode(jpeg).toRgb(AlphaPolicy.DROP);
        BufferedImage image = new BufferedImage(pixels.width(), pixels.height(), BufferedImage.TYPE_INT_RGB);
        ByteBuffer rgb = pixels.samples();
        for (int y = 0; y < pixels.height(); y++) {
            for (int x = 0; x < pixels.width(); x++) {
                image.setRGB(x, y, new Color(rgb.get() & 0xFF, rgb.get() & 0xFF, rgb.get() & 0xFF).getRGB());
            }
        }
        return write(image, "png");
    }

    private static FloatBuffer process(byte[] encoded) {
        return PROCESSOR.process(encoded).data();
    }

    @Test
    void process_croppedSubsampledJpegOfAnySize_equalsTheWholeOne() throws IOException {
        Random random = new Random(5);
        for (int i = 0; i < 120; i++) {
            int width = 17 + random.nextInt(180);
            int height = 17 + random.nextInt(180);
            byte[] jpeg = write(draw(width, height, random), "jpeg");
            assertThat(process(jpeg)).as(width + "x" + height).isEqualTo(process(decodedWhole(jpeg)));
        }
    }

    /** The last column that is interpolated ends a block: nothing beyond it may be read. */
    @Test
    void process_115x180_isNotRefused() throws IOException {
        ImageProcessor lite = ImageProcessor.builder()
                .label("region")
                .resize(new ResizeRule.ShortestEdge(256), ResampleFilter.BICUBIC)
                .centreCrop(224, 224)
                .build();
        byte[] jpeg = write(draw(115, 180, new Random(1)), "jpeg");
        assertThat(lite.process(jpeg).data())
                .isEqualTo(lite.process(decodedWhole(jpeg)).data());
    }
}
