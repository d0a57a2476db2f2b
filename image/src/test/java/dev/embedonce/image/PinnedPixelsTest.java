package dev.embedonce.image;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.HfImageProcessors;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.process.PixelValues;
import dev.embedonce.image.resize.PillowProfile;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.key.Revisions;
import dev.embedonce.testkit.Pins;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Decoded pictures, and what processors make of them, stay as they are, unless a step raises its revision. */
class PinnedPixelsTest {
    private static final Pins PINS = Pins.of(
            Path.of("src/test/resources/dev/embedonce/image/pixels.csv"),
            "output",
            "mvn test -pl image -am -Dtest=PinnedPixelsTest -Dsurefire.failIfNoSpecifiedTests=false");

    private static final Golden GOLDEN = Golden.of(PillowProfile.PILLOW_13);
    private static final List<String> PICTURES = List.of(
            "jpeg-420.jpg",
            "jpeg-exif6.jpg",
            "jpeg-large.jpg",
            "jpeg-tall.jpg",
            "jpeg-1x90.jpg",
            "gif-transparent.gif",
            "png-palette-short.png",
            "png-rgb.png");

    record Pinned(String name, ImageProcessor processor) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Pinned> processors() {
        Stream<Pinned> pillow = GOLDEN.processors().properties().stream().flatMap(PinnedPixelsTest::bothProfiles);
        Stream<Pinned> torchvision = StreamSupport.stream(
                        Golden.json("dinov3.json").get("settings").spliterator(), false)
                .limit(1)
                .map(settings -> new Pinned("dinov3", parsed(settings, PillowProfile.PILLOW_13)));
        Stream<Pinned> square = Stream.of(
                new Pinned("llava", parsed(Golden.json("llava.json").get(0).get("settings"), PillowProfile.PILLOW_13)));
        return Stream.concat(pillow, Stream.concat(torchvision, square));
    }

    private static Stream<Pinned> bothProfiles(Map.Entry<String, JsonNode> processor) {
        return Stream.of(PillowProfile.values())
                .map(profile ->
                        new Pinned(processor.getKey() + "/" + profile.label(), parsed(processor.getValue(), profile)));
    }

    private static ImageProcessor parsed(JsonNode settings, PillowProfile profile) {
        return HfImageProcessors.parse(
                settings.toString(), null, PixelOptions.defaults().withProfile(profile));
    }

    @ParameterizedTest
    @MethodSource("processors")
    void processors_changeWithARevisionOnly(Pinned pinned) {
        FramedDigest digest = FramedDigest.tagged("embedonce.test.pixels.v1");
        for (String picture : PICTURES) {
            digest.put(picture, output(pinned.processor, Golden.pictureBytes(picture)));
        }
        PINS.check(pinned.name, digest.hexDigest(), pinned.processor.revisions());
    }

    private static String output(ImageProcessor processor, byte[] picture) {
        try {
            PixelValues values = processor.process(picture);
            return values.width() + "x" + values.height() + " " + Golden.digest(values.data());
        } catch (ImageException e) {
            return "refused";
        }
    }

    @Test
    void decoding_changesWithARevisionOnly() {
        FramedDigest digest = FramedDigest.tagged("embedonce.test.decoded.v1");
        ImageDecoder decoder = new ImageDecoder(ExifPolicy.APPLY);
        for (String picture : GOLDEN.pictures()) {
            PixelImage image = decoder.decode(Golden.pictureBytes(picture));
            digest.put(picture, image.mode().pillowName() + " " + Golden.digest(image));
            for (AlphaPolicy alpha : AlphaPolicy.values()) {
                digest.put(alpha.label(), Golden.digest(image.toRgb(alpha)));
            }
        }
        Revisions steps = new Revisions();
        ImageDecoder.describe(steps);
        PINS.check("decoder", digest.hexDigest(), steps.all());
    }
}
