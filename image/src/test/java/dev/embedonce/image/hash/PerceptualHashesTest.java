package dev.embedonce.image.hash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.image.Golden;
import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.pixel.PixelMode;
import dev.embedonce.image.resize.PillowProfile;
import java.util.Arrays;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PerceptualHashesTest {
    @ParameterizedTest
    @EnumSource
    void of_drawnPictures_areImagehashs(PillowProfile profile) {
        SoftAssertions softly = new SoftAssertions();
        int compared = 0;
        for (JsonNode row : Golden.json("hashes-" + profile.label() + ".json").get("pictures")) {
            ImageHashes hashes = new PerceptualHashes(profile).of(draw(row));
            softly.assertThat(hashes.phash().hex())
                    .as("phash of " + row)
                    .isEqualTo(row.get(5).asText());
            softly.assertThat(hashes.dhash().hex())
                    .as("dhash of " + row)
                    .isEqualTo(row.get(6).asText());
            compared++;
        }
        softly.assertAll();
        assertThat(compared).isGreaterThan(200);
    }

    @Test
    void of_flatPicture_isDegenerate() {
        byte[] samples = new byte[64 * 64];
        ImageHashes hashes =
                new PerceptualHashes(PillowProfile.PILLOW_13).of(PixelImage.wrap(PixelMode.GREY, 64, 64, samples));
        assertThat(hashes.degenerate()).isTrue();
        samples = new byte[64 * 64];
        Arrays.fill(samples, (byte) 200);
        hashes = new PerceptualHashes(PillowProfile.PILLOW_13).of(PixelImage.wrap(PixelMode.GREY, 64, 64, samples));
        assertThat(hashes.degenerate()).isTrue();
        assertThat(hashes.phash().hex()).isEqualTo("8000000000000000");
    }

    @Test
    void of_realScene_isNotDegenerate() {
        PixelImage image = new ImageDecoder(ExifPolicy.APPLY).decode(Golden.pictureBytes("jpeg-large.jpg"));
        assertThat(new PerceptualHashes(PillowProfile.PILLOW_13).of(image).degenerate())
                .isFalse();
    }

    /** The same pictures that scripts/golden-image/make_hash_pictures.py draws. */
    private static PixelImage draw(JsonNode row) {
        String kind = row.get(0).asText();
        int width = row.get(1).asInt();
        int height = row.get(2).asInt();
        long a = row.get(3).asLong();
        long b = row.get(4).asLong();
        byte[] samples = new byte[width * height * 3];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                long p = value(kind, width, height, a, b, x, y);
                boolean mixed = kind.equals("noise") || kind.equals("rings");
                long green = mixed || kind.equals("ramp") ? p * 3 / 2 + (mixed ? a : 0) : p;
                int at = (y * width + x) * 3;
                samples[at] = (byte) p;
                samples[at + 1] = (byte) green;
                samples[at + 2] = (byte) (mixed ? 255 - p : p);
            }
        }
        return PixelImage.wrap(PixelMode.RGB, width, height, samples);
    }

    private static long value(String kind, int width, int height, long a, long b, long x, long y) {
        return switch (kind) {
            case "flat" -> a;
            case "stripes-x" -> x / a % 2 == 0 ? b : 255 - b;
            case "stripes-y" -> y / a % 2 == 0 ? b : 255 - b;
            case "chequers" -> (x / a + y / a) % 2 == 0 ? b : 255 - b;
            case "ramp" -> (x * a + y * b) / 4 % 256;
            case "rings" -> ((x - width / 2) * (x - width / 2) + (y - height / 2) * (y - height / 2)) / a % 256;
            case "noise" -> (x * 2654435761L + y * 40503 * a + (x * y + b) * 69069) / 257 % 256;
            default -> x * a < y * b ? 200 : 30;
        };
    }
}
