package dev.embedonce.image.resize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.pixel.PixelMode;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TorchvisionResizerTest {
    private static PixelImage picture(int width, int height) {
        byte[] samples = new byte[width * height * 3];
        for (int i = 0; i < samples.length; i++) {
            int x = i / 3 % width;
            int y = i / 3 / width;
            samples[i] = (byte) (37 * x + 91 * y + 53 * (i % 3) + 11 * x * y);
        }
        return PixelImage.wrap(PixelMode.RGB, width, height, samples);
    }

    private static String checksum(PixelImage image) {
        CRC32 crc = new CRC32();
        crc.update(image.samples());
        return String.format("%08x", crc.getValue());
    }

    /**
     * Checksums of what torchvision 0.29.2 with torch 2.15.0 makes of these pictures ({@code resize(image, [height,
     * width], interpolation, antialias=True)}), red, green and blue of a pixel side by side.
     */
    @ParameterizedTest
    @CsvSource({
        "BILINEAR, 5, 4, 3, 2, 0b0ab70d",
        "BILINEAR, 23, 17, 9, 40, 112d8575",
        "BILINEAR, 9, 90, 12, 7, 617e7f69",
        "BILINEAR, 64, 48, 64, 31, 13e5debc",
        "BICUBIC, 5, 4, 3, 2, d4961d46",
        "BICUBIC, 23, 17, 9, 40, 53e00b9c",
        "BICUBIC, 9, 90, 12, 7, d4acca74",
        "BICUBIC, 64, 48, 64, 31, cecc0b21"
    })
    void resize_isTorchvisions(ResampleFilter filter, int width, int height, int newWidth, int newHeight, String crc) {
        PixelImage resized = TorchvisionResizer.resize(picture(width, height), newWidth, newHeight, filter);

        assertThat(resized.width()).isEqualTo(newWidth);
        assertThat(resized.height()).isEqualTo(newHeight);
        assertThat(checksum(resized)).isEqualTo(crc);
    }

    @Test
    void resize_toTheSameSize_isThePicture() {
        PixelImage image = picture(5, 4);
        assertThat(TorchvisionResizer.resize(image, 5, 4, ResampleFilter.BILINEAR))
                .isSameAs(image);
    }

    @Test
    void resize_greyOrByAnotherFilter_isRefused() {
        PixelImage grey = PixelImage.wrap(PixelMode.GREY, 1, 1, new byte[1]);
        assertThatThrownBy(() -> TorchvisionResizer.resize(grey, 2, 2, ResampleFilter.BILINEAR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cannot resize GREY to 2x2 by BILINEAR");
        assertThatThrownBy(() -> TorchvisionResizer.resize(picture(5, 4), 2, 2, ResampleFilter.LANCZOS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cannot resize RGB to 2x2 by LANCZOS");
    }
}
