package dev.embedonce.image.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.image.decode.HostileImages.Tag;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.PixelImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fax-compressed pages: the JDK's own encoder makes them, and what it was given must come back. */
class FaxTest {
    private static final long SEED = 20_261_201;

    private final ImageDecoder decoder = new ImageDecoder(ExifPolicy.APPLY);

    @ParameterizedTest
    @ValueSource(strings = {"CCITT RLE", "CCITT T.4", "CCITT T.6"})
    void decode_pagesOfTheJdk_giveTheirPixels(String compression) throws IOException {
        Random random = new Random(SEED);
        for (int width : new int[] {1, 7, 8, 65, 1000, 6000}) {
            for (int meanRun : new int[] {1, 3, 20, 400, 4000}) {
                BufferedImage page = page(random, width, 40, meanRun);
                PixelImage decoded = decoder.decode(encoded(page, compression));
                for (int y = 0; y < page.getHeight(); y++) {
                    for (int x = 0; x < width; x++) {
                        int expected = page.getRGB(x, y) & 0xFF;
                        assertThat(decoded.samples().get(y * width + x) & 0xFF)
                                .as("%s, seed %d, runs of %d, %d,%d of %d", compression, SEED, meanRun, x, y, width)
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }

    /** Rows of runs of random lengths, some of them nearly the row above. */
    private static BufferedImage page(Random random, int width, int height, int meanRun) {
        BufferedImage page = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_BINARY);
        for (int y = 0; y < height; y++) {
            boolean copy = y > 0 && random.nextInt(3) > 0;
            int shift = random.nextInt(9) - 4;
            boolean white = random.nextBoolean();
            int left = 0;
            for (int x = 0; x < width; x++) {
                if (left-- <= 0) {
                    white = !white;
                    left = random.nextInt(2 * meanRun);
                }
                int from = Math.max(0, Math.min(width - 1, x + shift));
                page.setRGB(x, y, copy && random.nextInt(50) > 0 ? page.getRGB(from, y - 1) : white ? -1 : 0xFF000000);
            }
        }
        return page;
    }

    private static byte[] encoded(BufferedImage page, String compression) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
        ImageWriteParam settings = writer.getDefaultWriteParam();
        settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        settings.setCompressionType(compression);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(page, null, null), settings);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    @Test
    void decode_stripes_alternate() {
        byte[] bytes = HostileImages.tiffOfEqualStrips(64, 64, 1, 4, HostileImages.faxOfStripes(64));
        PixelImage image = decoder.decode(bytes);
        for (int i = 0; i < 64 * 64; i++) {
            assertThat(image.samples().get(i) & 0xFF).isEqualTo((i & 1) * 255);
        }
    }

    /**
     * A white run is zeros: white where the page says so, which most do, and black where it says that zero is black.
     */
    @Test
    void decode_whiteIsZero_showsWhiteRunsWhite() {
        for (int photometric : new int[] {0, 1}) {
            byte[] fax = {-1}; // eight rows like the one above the page, which is white
            byte[] bytes = HostileImages.tiff(
                    fax,
                    Tag.of(256, 8),
                    Tag.of(257, 8),
                    Tag.of(258, 1),
                    Tag.of(259, 4),
                    Tag.of(262, photometric),
                    Tag.of(273, 8),
                    Tag.of(277, 1),
                    Tag.of(278, 8),
                    Tag.of(279, fax.length));
            assertThat(decoder.decode(bytes).samples().get(0) & 0xFF).isEqualTo(photometric == 0 ? 255 : 0);
        }
    }

    @Test
    void decode_bitsInReverse_isTheSame() {
        byte[] fax = HostileImages.faxOfStripes(64);
        PixelImage expected = decoder.decode(HostileImages.tiffOfEqualStrips(64, 64, 1, 4, fax));
        for (int i = 0; i < fax.length; i++) {
            fax[i] = (byte) (Integer.reverse(fax[i]) >>> 24);
        }
        PixelImage reversed = decoder.decode(HostileImages.tiffOfEqualStrips(64, 64, 1, 4, fax, Tag.of(266, 2)));
        assertThat(reversed.samples()).isEqualTo(expected.samples());
    }

    @Test
    void decode_cutOrWrongCodes_isRefused() {
        byte[] stripes = HostileImages.faxOfStripes(64);
        byte[] cut = Arrays.copyOf(stripes, stripes.length / 2);
        refuses(HostileImages.tiffOfEqualStrips(64, 64, 1, 4, cut), "corrupt TIFF: invalid fax code");
        refuses(HostileImages.tiffOfEqualStrips(64, 64, 1, 2, new byte[9]), "corrupt TIFF: invalid fax code");
        refuses(HostileImages.tiffOfEqualStrips(64, 64, 1, 3, new byte[9]), "truncated TIFF");
    }

    private void refuses(byte[] bytes, String message) {
        assertThatThrownBy(() -> decoder.decode(bytes))
                .isInstanceOf(ImageException.class)
                .hasMessage(message);
    }
}
