package dev.embedonce.image.resize;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.image.Golden;
import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.hash.ImageHashes;
import dev.embedonce.image.hash.PerceptualHashes;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.HfImageProcessors;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.process.PixelValues;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every test picture, decoded, converted, preprocessed and hashed, against Pillow, transformers and imagehash
 * themselves.
 */
class PillowGoldenTest {
    /** Pillow 12 reads its jumps and literals wrongly; both profiles decode it as Pillow 13 does. */
    private static final String FIXED_IN_13 = "bmp-rle8.bmp";

    @ParameterizedTest
    @EnumSource
    void decode_everyPicture_hasPillowsModeAndSize(PillowProfile profile) {
        Golden golden = Golden.of(profile);
        SoftAssertions softly = new SoftAssertions();
        for (String name : golden.pictures()) {
            softly.assertThatCode(() -> {
                        PixelImage image = new ImageDecoder(ExifPolicy.IGNORE).decode(Golden.pictureBytes(name));
                        JsonNode expected = golden.picture(name);
                        assertThat(image.mode().pillowName())
                                .isEqualTo(expected.get("mode").asText());
                        assertThat(image.width())
                                .isEqualTo(expected.get("stored").get(0).asInt());
                        assertThat(image.height())
                                .isEqualTo(expected.get("stored").get(1).asInt());
                    })
                    .as(name)
                    .doesNotThrowAnyException();
        }
        softly.assertAll();
        assertThat(golden.pictures()).hasSizeGreaterThan(150);
    }

    @ParameterizedTest
    @EnumSource
    void decode_everyPicture_hasPillowsPixels(PillowProfile profile) {
        Golden golden = Golden.of(profile);
        SoftAssertions softly = new SoftAssertions();
        for (String name : golden.pictures()) {
            if (skipped(name, profile)) {
                continue;
            }
            JsonNode expected = golden.picture(name);
            softly.assertThatCode(() -> {
                        byte[] bytes = Golden.pictureBytes(name);
                        PixelImage stored = new ImageDecoder(ExifPolicy.IGNORE).decode(bytes);
                        PixelImage upright = new ImageDecoder(ExifPolicy.APPLY).decode(bytes);
                        assertSame(expected, "rgbStored", stored.toRgb(AlphaPolicy.DROP));
                        assertSame(expected, "rgbDrop", upright.toRgb(AlphaPolicy.DROP));
                        assertSame(expected, "rgbWhite", upright.toRgb(AlphaPolicy.OVER_WHITE));
                        assertSame(expected, "grey", upright.toGrey());
                        assertThat(upright.width())
                                .isEqualTo(expected.get("upright").get(0).asInt());
                    })
                    .as(name)
                    .doesNotThrowAnyException();
        }
        softly.assertAll();
    }

    /** All of Pillow 13's tensors; of Pillow 12's those that differ from them, and some of the others. */
    @ParameterizedTest
    @EnumSource
    void process_everyPictureAndProcessor_isTransformersTensor(PillowProfile profile) {
        Golden golden = Golden.of(profile);
        SoftAssertions softly = new SoftAssertions();
        int compared = 0;
        Golden latest = Golden.of(PillowProfile.PILLOW_13);
        for (Map.Entry<String, JsonNode> entry : golden.processors().properties()) {
            ImageProcessor processor = HfImageProcessors.parse(
                    entry.getValue().toString(), null, PixelOptions.defaults().withProfile(profile));
            for (String name : golden.pictures()) {
                JsonNode expected = golden.picture(name).get("tensors").get(entry.getKey());
                boolean sameInBoth = expected != null
                        && expected.equals(latest.picture(name).get("tensors").get(entry.getKey()));
                if (expected == null
                        || skipped(name, profile)
                        || (profile == PillowProfile.PILLOW_12 && sameInBoth && name.hashCode() % 4 != 0)) {
                    continue;
                }
                compared++;
                softly.assertThatCode(() -> {
                            PixelValues values = processor.process(Golden.pictureBytes(name));
                            assertThat(values.height())
                                    .isEqualTo(expected.get("shape").get(1).asInt());
                            assertThat(values.width())
                                    .isEqualTo(expected.get("shape").get(2).asInt());
                            assertThat(Golden.digest(values.data()))
                                    .isEqualTo(expected.get("sha256").asText());
                        })
                        .as(entry.getKey() + " " + name)
                        .doesNotThrowAnyException();
            }
        }
        softly.assertAll();
        assertThat(compared).isGreaterThan(profile == PillowProfile.PILLOW_12 ? 500 : 2000);
    }

    @ParameterizedTest
    @EnumSource
    void hash_everyPicture_isImagehashs(PillowProfile profile) {
        Golden golden = Golden.of(profile);
        SoftAssertions softly = new SoftAssertions();
        for (String name : golden.pictures()) {
            if (skipped(name, profile)) {
                continue;
            }
            softly.assertThatCode(() -> {
                        PixelImage image = new ImageDecoder(ExifPolicy.APPLY).decode(Golden.pictureBytes(name));
                        ImageHashes hashes = new PerceptualHashes(profile).of(image);
                        assertThat(hashes.phash().hex())
                                .isEqualTo(golden.picture(name).get("phash").asText());
                        assertThat(hashes.dhash().hex())
                                .isEqualTo(golden.picture(name).get("dhash").asText());
                    })
                    .as(name)
                    .doesNotThrowAnyException();
        }
        softly.assertAll();
    }

    @ParameterizedTest
    @EnumSource
    void resize_everyFilterAndSize_isPillows(PillowProfile profile) {
        Golden golden = Golden.of(profile);
        SoftAssertions softly = new SoftAssertions();
        int compared = 0;
        for (Map.Entry<String, JsonNode> entry : golden.resizes().properties()) {
            String[] parts = entry.getKey().split(" ", -1);
            String[] size = parts[1].split("x", -1);
            PixelImage image = new ImageDecoder(ExifPolicy.IGNORE).decode(Golden.pictureBytes(parts[0]));
            PixelImage resized = PillowResizer.resize(
                    image,
                    Integer.parseInt(size[0]),
                    Integer.parseInt(size[1]),
                    ResampleFilter.valueOf(parts[2]),
                    profile);
            compared++;
            softly.assertThat(Golden.digest(resized))
                    .as(entry.getKey())
                    .isEqualTo(entry.getValue().asText());
        }
        softly.assertAll();
        assertThat(compared).isEqualTo(12 * 9 * 6);
    }

    private static boolean skipped(String name, PillowProfile profile) {
        return profile == PillowProfile.PILLOW_12 && name.equals(FIXED_IN_13);
    }

    private static void assertSame(JsonNode expected, String key, PixelImage image) {
        assertThat(Golden.digest(image)).as(key).isEqualTo(expected.get(key).asText());
    }
}
