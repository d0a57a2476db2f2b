package dev.embedonce.lab.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.lab.experiment.TinyCorpus;
import dev.embedonce.lab.picture.Jpeg;
import dev.embedonce.lab.picture.Png;
import dev.embedonce.lab.picture.RgbPicture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChurnTest {
    private static final int CYCLES = 30;
    private final Corpus corpus = TinyCorpus.of(6, 2);
    private final Picture png = corpus.pictures().get(0);
    private final Picture jpeg = new Picture("j", "j", "c", Jpeg.encode(RgbPicture.decode(png.encoded()), 0.9f));

    @ParameterizedTest
    @EnumSource(Churn.class)
    void change_everyCycle_givesBytesNeverSeenBefore(Churn churn) {
        for (Picture original : new Picture[] {png, jpeg}) {
            Set<String> seen = new HashSet<>(Set.of(Arrays.toString(original.encoded())));
            for (int cycle = 1; cycle < CYCLES; cycle++) {
                assertThat(seen.add(Arrays.toString(churn.change(original, corpus, cycle, 1))))
                        .isTrue();
            }
        }
    }

    @Test
    void change_recompressed_keepsEveryPixel() {
        for (Picture original : new Picture[] {png, jpeg}) {
            byte[] before = samples(original.encoded());
            for (int cycle = 1; cycle < CYCLES; cycle++) {
                byte[] changed = Churn.RECOMPRESSED.change(original, corpus, cycle, 1);
                assertThat(samples(changed)).isEqualTo(before);
            }
        }
    }

    /** Transparency is pixels too: such a PNG only gets comments. */
    @Test
    void change_recompressedTransparentPng_keepsItsMode() throws IOException {
        byte[] sticker = Files.readAllBytes(Path.of("../examples/pictures/sticker.png"));
        ImageDecoder decoder = new ImageDecoder(ExifPolicy.APPLY);
        PixelImage before = decoder.decode(sticker);
        assertThat(before.hasTransparency()).isTrue();
        for (int cycle = 1; cycle < 4; cycle++) {
            byte[] changed = Churn.RECOMPRESSED.change(new Picture("s", "s", "c", sticker), corpus, cycle, 1);
            assertThat(changed).isNotEqualTo(sticker);
            PixelImage after = decoder.decode(changed);
            assertThat(after.mode()).isEqualTo(before.mode());
            assertThat(after.samples()).isEqualTo(before.samples());
        }
    }

    @Test
    void change_lossy_changesManyPixelsALittle() {
        byte[] before = samples(png.encoded());
        byte[] after = samples(Churn.LOSSY.change(png, corpus, 1, 1));
        long different = 0;
        long far = 0;
        for (int i = 0; i < before.length; i++) {
            int distance = Math.abs((before[i] & 0xFF) - (after[i] & 0xFF));
            different += distance > 0 ? 1 : 0;
            far += distance > 128 ? 1 : 0;
        }
        assertThat(different).isGreaterThan(before.length / 4);
        assertThat(far).isLessThan(before.length / 50);
    }

    @Test
    void change_smallEdit_touchesAFewPixelsInTheMiddle() {
        RgbPicture before = RgbPicture.decode(png.encoded());
        RgbPicture after = RgbPicture.decode(Churn.SMALL_EDIT.change(png, corpus, 1, 1));
        int different = 0;
        for (int y = 0; y < before.height(); y++) {
            for (int x = 0; x < before.width(); x++) {
                if (before.rgb(x, y) != after.rgb(x, y)) {
                    different++;
                    assertThat(x).isBetween(24, 72);
                    assertThat(y).isBetween(24, 72);
                }
            }
        }
        assertThat(different).isBetween(1, 9);
    }

    @Test
    void change_sameArguments_givesTheSameBytes() {
        for (Churn churn : Churn.values()) {
            byte[] once = churn.change(png, corpus, 3, 9);
            byte[] again = churn.change(png, TinyCorpus.of(6, 2), 3, 9);
            assertThat(once).isEqualTo(again);
        }
    }

    @Test
    void padded_png_hasTheLengthAndThePixels() {
        byte[] padded = Png.padded(png.encoded(), png.encoded().length + 100);
        assertThat(padded).hasSize(png.encoded().length + 100);
        assertThat(samples(padded)).isEqualTo(samples(png.encoded()));
    }

    /** Red, green and blue of every pixel, row after row. */
    private static byte[] samples(byte[] encoded) {
        RgbPicture picture = RgbPicture.decode(encoded);
        ByteBuffer samples = ByteBuffer.allocate(picture.width() * picture.height() * 3);
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                int rgb = picture.rgb(x, y);
                samples.put((byte) (rgb >> 16)).put((byte) (rgb >> 8)).put((byte) rgb);
            }
        }
        return samples.array();
    }
}
