package dev.embedonce.image.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.embedonce.image.decode.Thumbnails.Thumbnail;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ThumbnailsTest {
    private static final String PREFIX = "data:image/jpeg;base64,";
    private static final long MAX_PIXELS = 1_000_000;
    /** What JPEG's rounding may change of a plain colour. */
    private static final Offset<Integer> NEAR = Offset.offset(3);

    @Test
    void of_widePicture_hasTheSideAndTheProportions() throws IOException {
        Thumbnail thumbnail = new Thumbnails(128, 0.8f, MAX_PIXELS).of(png(640, 320, 0xFF336699));

        BufferedImage small = read(thumbnail);
        assertThat(small.getWidth()).isEqualTo(thumbnail.width()).isEqualTo(128);
        assertThat(small.getHeight()).isEqualTo(thumbnail.height()).isEqualTo(64);
        int rgb = small.getRGB(64, 32);
        assertThat(rgb >> 16 & 0xFF).isCloseTo(0x33, NEAR);
        assertThat(rgb >> 8 & 0xFF).isCloseTo(0x66, NEAR);
        assertThat(rgb & 0xFF).isCloseTo(0x99, NEAR);
    }

    @Test
    void of_smallPicture_keepsItsSize() throws IOException {
        Thumbnail thumbnail = new Thumbnails(128, 0.8f, MAX_PIXELS).of(png(20, 7, 0xFF000000));

        assertThat(thumbnail.width()).isEqualTo(20);
        assertThat(thumbnail.height()).isEqualTo(7);
    }

    @Test
    void of_transparentPicture_isWhite() throws IOException {
        Thumbnail thumbnail = new Thumbnails(16, 0.8f, MAX_PIXELS).of(png(32, 32, 0x00FF0000));

        assertThat(read(thumbnail).getRGB(8, 8)).isEqualTo(0xFFFFFFFF);
    }

    @Test
    void of_higherQuality_takesMoreBytes() throws IOException {
        BufferedImage noise = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64 * 64; i++) {
            noise.setRGB(i % 64, i / 64, i * 0x9E3779B1);
        }
        byte[] encoded = png(noise);

        assertThat(new Thumbnails(64, 0.9f, MAX_PIXELS).of(encoded).dataUri())
                .hasSizeGreaterThan(new Thumbnails(64, 0.3f, MAX_PIXELS)
                        .of(encoded)
                        .dataUri()
                        .length());
    }

    @Test
    void new_qualityAboveOne_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Thumbnails(128, 1.1f, MAX_PIXELS));
    }

    private static byte[] png(int width, int height, int argb) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, argb);
        }
        return png(image);
    }

    private static byte[] png(BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    private static BufferedImage read(Thumbnail thumbnail) throws IOException {
        assertThat(thumbnail.dataUri()).startsWith(PREFIX);
        byte[] jpeg = Base64.getDecoder().decode(thumbnail.dataUri().substring(PREFIX.length()));
        return ImageIO.read(new ByteArrayInputStream(jpeg));
    }
}
