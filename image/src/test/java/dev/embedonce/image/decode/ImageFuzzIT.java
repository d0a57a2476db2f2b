package dev.embedonce.image.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.embedonce.image.Golden;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.ImageFormat;
import dev.embedonce.image.resize.PillowProfile;
import dev.embedonce.testkit.fuzz.Fuzzer;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Coverage-guided fuzzing of the six decoders. A finding is any exception but {@link ImageException}, an input that
 * takes far longer than its budget allows, and one that allocates more than its pixels and bytes explain. A few seconds
 * for all of them; {@code -Dembedonce.fuzz.seconds=600} for as long a run, and one for each format.
 */
class ImageFuzzIT {
    private static final int MAX_INPUT = 1 << 14;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    /** Inspects and decodes. */
    public static final class Target {
        private static final long MAX_PIXELS = 1_000_000;
        /** What a decoder allocates beside samples: rows, tables, readers of the JDK. */
        private static final long OVERHEAD = 64 << 20;

        private static final long PER_PIXEL = 32;
        private static final long PER_BYTE = 64;

        private Target() {}

        public static void fuzzerTestOneInput(byte[] data) {
            long most = OVERHEAD + PER_PIXEL * MAX_PIXELS + PER_BYTE * data.length;
            if (allocatedBy(data) <= most) {
                return;
            }
            // what is allocated for a class that the fuzzer loads meanwhile is not there the second time
            long again = allocatedBy(data);
            if (again > most) {
                throw new IllegalStateException(again + " bytes allocated for an image of " + data.length);
            }
        }

        private static long allocatedBy(byte[] data) {
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            ImageDecoder decoder = new ImageDecoder(ExifPolicy.APPLY, MAX_PIXELS);
            try {
                decoder.inspect(data);
                decoder.decode(data).toRgb(AlphaPolicy.OVER_WHITE);
            } catch (ImageException e) {
                if (e.getMessage() == null || e.getMessage().contains("not enough memory")) {
                    throw new IllegalStateException(e);
                }
            }
            return threads.getCurrentThreadAllocatedBytes() - before;
        }
    }

    @Test
    void decode_whateverTheBytes_isPictureOrImageException() throws Exception {
        fuzz(EnumSet.allOf(ImageFormat.class));
    }

    @ParameterizedTest
    @EnumSource
    @EnabledIfSystemProperty(named = "embedonce.fuzz.seconds", matches = "[0-9]+")
    void decode_oneFormatForLong_isPictureOrImageException(ImageFormat format) throws Exception {
        fuzz(EnumSet.of(format));
    }

    private void fuzz(Set<ImageFormat> formats) throws Exception {
        Fuzzer fuzzer =
                Fuzzer.of(Target.class).runs(3_000).heap(384).inputLimit(30).maxInput(MAX_INPUT);
        for (String name : Golden.of(PillowProfile.PILLOW_13).pictures()) {
            byte[] bytes = Golden.pictureBytes(name);
            if (bytes.length <= MAX_INPUT && formats.stream().anyMatch(format -> is(format, bytes))) {
                fuzzer.seed(bytes);
            }
        }
        formats.forEach(format -> hostile(format).forEach(fuzzer::seed));
        Fuzzer.Report report = fuzzer.run(folder);
        assertThat(report.executions()).as("inputs of %s", formats).isGreaterThan(100);
    }

    private static boolean is(ImageFormat format, byte[] bytes) {
        return new ImageDecoder(ExifPolicy.APPLY).inspect(bytes).format() == format;
    }

    private static List<byte[]> hostile(ImageFormat format) {
        return switch (format) {
            case PNG -> List.of(HostileImages.pngOfProfiles(2), HostileImages.png(1, 3000));
            case JPEG -> List.of(HostileImages.progressiveJpeg(64, 64, 5), HostileImages.jpegOfManyTables(20));
            case TIFF ->
                List.of(
                        HostileImages.tiffOfEqualStrips(64, 8, 4, 7, HostileImages.jpeg(64, 8, 1)),
                        HostileImages.tiffOfEqualStrips(64, 8, 4, 4, new byte[64]),
                        HostileImages.tiffOfEqualStrips(64, 8, 4, 8, HostileImages.deflated(new byte[512])));
            case WEBP -> List.of(HostileImages.webpOfGroups(9, 9, 30));
            case GIF -> List.of(HostileImages.gifOfClearCodes(100));
            case BMP -> List.of();
        };
    }
}
