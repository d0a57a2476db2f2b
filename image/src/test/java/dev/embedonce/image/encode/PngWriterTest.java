package dev.embedonce.image.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.Random;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PngWriterTest {
    private static final int WIDTH = 13;
    private static final int HEIGHT = 7;

    private static byte[] samples(int bands) {
        byte[] samples = new byte[WIDTH * HEIGHT * bands];
        new Random(5).nextBytes(samples);
        return samples;
    }

    /** Another reader sees what was written. */
    @ParameterizedTest
    @EnumSource
    void encode_anyFilterAndColour_isReadBack(PngWriter.Filter filter) throws Exception {
        for (PngWriter.Colour colour : PngWriter.Colour.values()) {
            int bands = colour == PngWriter.Colour.GREY ? 1 : colour == PngWriter.Colour.RGB ? 3 : 4;
            byte[] samples = samples(bands);
            byte[] png = PngWriter.withComment(
                    PngWriter.encode(WIDTH, HEIGHT, colour, samples, Deflater.BEST_SPEED, filter), "a word");
            BufferedImage read = ImageIO.read(new ByteArrayInputStream(png));
            assertThat(read.getWidth()).isEqualTo(WIDTH);
            assertThat(read.getHeight()).isEqualTo(HEIGHT);
            assertThat(read.getRaster().getNumBands()).isEqualTo(bands);
            int[] found = read.getRaster().getPixels(0, 0, WIDTH, HEIGHT, (int[]) null);
            for (int i = 0; i < found.length; i++) {
                assertThat((byte) found[i]).as("%s sample %s", colour, i).isEqualTo(samples[i]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void encode_otherNumberOfSamples_isRefused(PngWriter.Colour colour) {
        assertThatThrownBy(() -> PngWriter.encode(WIDTH, HEIGHT, colour, new byte[5]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
