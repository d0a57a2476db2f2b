package dev.embedonce.image.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.image.Golden;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.image.resize.PillowProfile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the bytes: a picture or an {@link ImageException}, soon, and nothing else. */
class CorruptImageTest {
    private static final long SEED = 20260101;
    private static final int CUTS = 24;
    private static final int FLIPS = 40;
    private static final long MAX_PIXELS = 4_000_000;

    private final ImageDecoder decoder = new ImageDecoder(ExifPolicy.APPLY, MAX_PIXELS);

    static List<String> pictures() {
        return Golden.of(PillowProfile.PILLOW_13).pictures();
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void decode_truncated_throwsImageExceptionOrDecodes(String name) {
        byte[] whole = Golden.pictureBytes(name);
        int refused = 0;
        for (int i = 0; i < CUTS; i++) {
            byte[] cut = Arrays.copyOf(whole, (int) ((long) whole.length * i / CUTS));
            refused += refuses(cut) ? 1 : 0;
        }
        assertThat(refused).as("cuts noticed of %s", name).isGreaterThan(CUTS / 3);
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void decode_flippedBytes_throwsImageExceptionOrDecodes(String name) {
        Random random = new Random(SEED + name.hashCode());
        byte[] whole = Golden.pictureBytes(name);
        for (int i = 0; i < FLIPS; i++) {
            byte[] broken = whole.clone();
            int changes = 1 + random.nextInt(3);
            int reach = i % 2 == 0 ? broken.length : Math.min(broken.length, 64);
            for (int j = 0; j < changes; j++) {
                broken[random.nextInt(reach)] = (byte) random.nextInt(256);
            }
            refuses(broken);
        }
    }

    @ParameterizedTest
    @MethodSource("jpegs")
    void decode_jpegWithoutItsEnd_isTruncated(String name) {
        byte[] whole = Golden.pictureBytes(name);
        for (int missing : new int[] {1, 2, 3, 10}) {
            assertThatThrownBy(() -> decoder.decode(Arrays.copyOf(whole, whole.length - missing)))
                    .as("%s without its last %s bytes", name, missing)
                    .isInstanceOf(ImageException.class)
                    .hasMessage("truncated JPEG");
        }
    }

    static List<String> jpegs() {
        List<String> names = new ArrayList<>(pictures());
        names.removeIf(name -> !name.endsWith(".jpg"));
        return names;
    }

    @Test
    void decode_jpegCutInsideItsDataButEnded_isRefused() {
        byte[] whole = Golden.pictureBytes("jpeg-large.jpg");
        byte[] cut = Arrays.copyOf(whole, whole.length / 2);
        cut[cut.length - 2] = (byte) 0xFF;
        cut[cut.length - 1] = (byte) 0xD9;
        assertThatThrownBy(() -> decoder.decode(cut)).isInstanceOf(ImageException.class);
    }

    @Test
    void process_damageOutsideOfTheCrop_isNoticed() {
        ImageProcessor processor = ImageProcessor.builder().centreCrop(16, 16).build();
        byte[] whole = Golden.pictureBytes("jpeg-large.jpg");
        assertThat(processor.process(whole).height()).isEqualTo(16);
        assertThatThrownBy(() -> processor.process(Arrays.copyOf(whole, whole.length - 40)))
                .isInstanceOf(ImageException.class)
                .hasMessage("truncated JPEG");
    }

    @Test
    void decode_noImage_saysWhatWasFound() {
        assertThatThrownBy(() -> decoder.decode(new byte[0]))
                .isInstanceOf(ImageException.class)
                .hasMessage("not a supported image: empty");
        assertThatThrownBy(() -> decoder.decode("<html><body>not found".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(ImageException.class)
                .hasMessage("not a supported image: starts with '<html><b'");
        assertThatThrownBy(() -> decoder.decode(new byte[] {0, 1, 2}))
                .isInstanceOf(ImageException.class)
                .hasMessage("not a supported image: starts with 00 01 02");
    }

    @Test
    void decode_randomBytesBehindEachSignature_throwsImageException() {
        Random random = new Random(SEED);
        String[] signatures = {
            "\u0089PNG\r\n\u001a\n",
            "\u00ff\u00d8\u00ff",
            "GIF89a",
            "BM",
            "II*\0",
            "MM\0*",
            "RIFF\u0010\0\0\0WEBP",
            "RIFF"
        };
        for (String signature : signatures) {
            byte[] head = signature.getBytes(StandardCharsets.ISO_8859_1);
            for (int i = 0; i < 200; i++) {
                byte[] bytes = new byte[head.length + random.nextInt(200)];
                random.nextBytes(bytes);
                System.arraycopy(head, 0, bytes, 0, head.length);
                refuses(bytes);
            }
        }
    }

    @Test
    void decode_tooManyPixels_isRefusedFromTheHeader() {
        byte[] png = Golden.pictureBytes("png-rgb.png").clone();
        int width = 20000;
        for (int i = 0; i < 4; i++) {
            png[16 + i] = (byte) (width >> (24 - 8 * i));
            png[20 + i] = (byte) (width >> (24 - 8 * i));
        }
        CRC32 crc = new CRC32();
        crc.update(png, 12, 17);
        for (int i = 0; i < 4; i++) {
            png[29 + i] = (byte) (crc.getValue() >> (24 - 8 * i));
        }
        assertThatThrownBy(() -> new ImageDecoder(ExifPolicy.APPLY).decode(png))
                .isInstanceOf(ImageException.class)
                .hasMessage("image is 20000x20000 = 400 megapixels, limit 89");
        assertThatThrownBy(() -> new ImageDecoder(ExifPolicy.APPLY).inspect(png))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("400 megapixels");
    }

    private boolean refuses(byte[] bytes) {
        try {
            decoder.decode(bytes);
            return false;
        } catch (ImageException e) {
            assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
            return true;
        }
    }
}
