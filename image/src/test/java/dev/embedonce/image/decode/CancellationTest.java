package dev.embedonce.image.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.image.decode.HostileImages.Tag;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.internal.work.Checkpoint;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.Cancellation;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.Palette;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.pixel.PixelMode;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.image.process.ResizeRule;
import dev.embedonce.image.resize.PillowProfile;
import dev.embedonce.image.resize.PillowResizer;
import dev.embedonce.image.resize.ResampleFilter;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A decoding that nobody waits for ends at the next question, and questions are asked all along. */
class CancellationTest {
    private static final long MAX_PIXELS = 16_000_000;
    /**
     * Work between two questions, in units of a nanosecond or so: far below the tenth of a second in which decoding
     * must stop.
     */
    private static final long LONGEST_STEP = 2 * Checkpoint.STEP;
    /** Pixels of the pictures that are decoded and then changed. */
    private static final int PIXELS = 4_000_000;

    private final ImageDecoder decoder = new ImageDecoder(ExifPolicy.APPLY, MAX_PIXELS);

    static Stream<byte[]> pictures() {
        return Stream.of(
                HostileImages.png(2000, 2000),
                HostileImages.jpeg(2000, 2000, 3),
                HostileImages.progressiveJpeg(2000, 2000, 3),
                HostileImages.webpOfGroups(2000, 2000, 3),
                HostileImages.tiffOfEqualStrips(2000, 20, 100, 7, HostileImages.jpeg(2000, 20, 1)),
                HostileImages.tiffOfEqualStrips(2000, 20, 100, 8, HostileImages.deflated(new byte[40_000])),
                HostileImages.gifOfClearCodes(2_000_000),
                HostileImages.lossyWebpWithAlpha(2000, 2000, 3),
                HostileImages.tiffOfEqualStrips(2000, 2000, 1, 4, HostileImages.faxOfStripes(2000)),
                HostileImages.bmp(2000, 2000),
                HostileImages.bmpOfRuns(2000, 2000),
                HostileImages.tiffOfOneStrip(2000, 2000, 8, 8, Tag.of(317, 2)),
                HostileImages.tiffOfOneStrip(2000, 2000, 16, 8, Tag.of(317, 2)),
                HostileImages.tiffOfOneStrip(1000, 1000, 8, 1, Tag.of(266, 2)),
                HostileImages.tiffOfEqualStrips(2000, 2000, 1, 7, HostileImages.jpeg(2000, 2000, 1)));
    }

    /** Pictures of one or a few rows: asking before each row is not enough. */
    static Stream<byte[]> widePictures() {
        return Stream.of(
                HostileImages.rgbPng(PIXELS, 1, 1),
                HostileImages.rgbPng(PIXELS, 1, 4),
                HostileImages.jpeg(65_000, 64, 3),
                HostileImages.bmp(PIXELS, 1),
                HostileImages.bmpOfRuns(PIXELS, 1),
                HostileImages.tiffOfOneStrip(PIXELS, 1, 8, 8, Tag.of(317, 2)),
                HostileImages.tiffOfOneStrip(PIXELS, 1, 16, 8, Tag.of(317, 2)),
                HostileImages.pngWithText(2 * PIXELS));
    }

    @ParameterizedTest
    @MethodSource({"pictures", "widePictures"})
    void decode_ofEveryFormat_asksAllAlong(byte[] bytes) {
        long[] lastAndLongest = new long[2];
        WorkBudget[] budget = new WorkBudget[1];
        AtomicInteger questions = new AtomicInteger();
        budget[0] = new WorkBudget(bytes.length, MAX_PIXELS, () -> {
            questions.incrementAndGet();
            if (budget[0] != null) {
                lastAndLongest[1] =
                        Math.max(lastAndLongest[1], budget[0].checkpoint().total() - lastAndLongest[0]);
                lastAndLongest[0] = budget[0].checkpoint().total();
            }
            return false;
        });
        decoder.open(bytes, budget[0]).decode();
        assertThat(questions).hasValueGreaterThan(5);
        assertThat(lastAndLongest[1]).isLessThan(LONGEST_STEP);
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void decode_cancelledAtAnyQuestion_endsThere(byte[] bytes) {
        for (int last : List.of(1, 2, 5)) {
            AtomicInteger questions = new AtomicInteger();
            assertThatThrownBy(() ->
                            Cancellation.during(() -> questions.incrementAndGet() >= last, () -> decoder.decode(bytes)))
                    .isInstanceOf(CancellationException.class);
            assertThat(questions).hasValue(last);
        }
    }

    @Test
    void process_cancelledWhileResizing_ends() {
        ImageProcessor processor = ImageProcessor.builder().centreCrop(64, 64).build();
        byte[] bytes = HostileImages.jpeg(512, 512, 3);
        AtomicInteger all = new AtomicInteger();
        Cancellation.during(() -> all.incrementAndGet() < 0, () -> processor.process(bytes));
        AtomicInteger questions = new AtomicInteger();
        assertThatThrownBy(() -> Cancellation.during(
                        () -> questions.incrementAndGet() == all.get(), () -> processor.process(bytes)))
                .isInstanceOf(CancellationException.class);
    }

    static Stream<Arguments> changes() {
        Palette palette = new Palette(new byte[3 * 256], null);
        PixelImage indexed = PixelImage.wrapIndexed(2000, PIXELS / 2000, new byte[PIXELS], palette);
        return Stream.of(
                change("turned", wide(PixelMode.RGB), image -> image.oriented(3)),
                change("turned on its side", wide(PixelMode.GREY), image -> image.oriented(6)),
                change("palette", indexed, image -> image.toRgb(AlphaPolicy.DROP)),
                change("inks", square(PixelMode.CMYK), image -> image.toRgb(AlphaPolicy.DROP)),
                change("alpha ignored", square(PixelMode.RGBA), image -> image.toRgb(AlphaPolicy.DROP)),
                change("over white", wide(PixelMode.RGBA), image -> image.toRgb(AlphaPolicy.OVER_WHITE)),
                change("grey over white", square(PixelMode.GREY_ALPHA), image -> image.toRgb(AlphaPolicy.OVER_WHITE)),
                change("16 bits", square(PixelMode.GREY16), image -> image.toRgb(AlphaPolicy.DROP)),
                change("16 bits to grey", square(PixelMode.GREY16), PixelImage::toGrey),
                change("grey", square(PixelMode.RGB), PixelImage::toGrey),
                change("grey alpha to grey", square(PixelMode.GREY_ALPHA), PixelImage::toGrey),
                change("smaller", square(PixelMode.RGB), CancellationTest::small),
                change("smaller with alpha", square(PixelMode.RGBA), CancellationTest::small),
                change(
                        "palette, larger",
                        indexed,
                        image -> PillowResizer.resize(
                                image, 4000, 4000, ResampleFilter.BICUBIC, PillowProfile.PILLOW_13)));
    }

    private static Arguments change(String name, PixelImage image, UnaryOperator<PixelImage> change) {
        return Arguments.of(Named.of(name, change), image);
    }

    private static PixelImage square(PixelMode mode) {
        return PixelImage.wrap(mode, 2000, PIXELS / 2000, new byte[PIXELS * mode.bytesPerPixel()]);
    }

    private static PixelImage wide(PixelMode mode) {
        return PixelImage.wrap(mode, PIXELS, 1, new byte[PIXELS * mode.bytesPerPixel()]);
    }

    private static PixelImage small(PixelImage image) {
        return PillowResizer.resize(image, 100, 100, ResampleFilter.BICUBIC, PillowProfile.PILLOW_13);
    }

    @ParameterizedTest
    @MethodSource("changes")
    void change_ofDecodedPicture_asksForEveryMillionPixels(UnaryOperator<PixelImage> change, PixelImage image) {
        AtomicInteger questions = new AtomicInteger();
        Cancellation.during(() -> questions.incrementAndGet() < 0, () -> change.apply(image));
        assertThat(questions).hasValueGreaterThanOrEqualTo(PIXELS / Checkpoint.STEP);
        int all = questions.get();
        for (int last : List.of(1, all)) {
            questions.set(0);
            assertThatThrownBy(() ->
                            Cancellation.during(() -> questions.incrementAndGet() >= last, () -> change.apply(image)))
                    .isInstanceOf(CancellationException.class);
            assertThat(questions).hasValue(last);
        }
    }

    @Test
    void process_ofRowsOfManyPixels_isRefusedForItsMemory() {
        byte[] bytes = HostileImages.rgbPng(600_000, 24, 0);
        ImageProcessor processor = ImageProcessor.builder()
                .resize(new ResizeRule.Exact(8, 8), ResampleFilter.BICUBIC)
                .build();
        assertThatThrownBy(() -> processor.process(bytes))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("takes more memory than the limit of 256 MB");
    }

    @Test
    void process_ofOneRowOfMillionsOfPixels_isRefused() {
        byte[] bytes = HostileImages.rgbPng(PIXELS, 1, 0);
        for (ImageProcessor.Builder builder :
                List.of(ImageProcessor.builder(), ImageProcessor.builder().floatResize())) {
            ImageProcessor processor = builder.resize(new ResizeRule.Exact(8, 8), ResampleFilter.BICUBIC)
                    .build();
            assertThatThrownBy(() -> processor.process(bytes))
                    .isInstanceOf(ImageException.class)
                    .hasMessage("a side of 4000000 pixels is too long to be resized to 8");
        }
    }

    @Test
    void during_isOverAfterwardsAndNests() {
        byte[] bytes = HostileImages.png(8, 8);
        assertThatThrownBy(() -> Cancellation.during(
                        () -> true, () -> Cancellation.during(() -> false, () -> decoder.decode(bytes))))
                .isInstanceOf(CancellationException.class);
        assertThat(decoder.decode(bytes).width()).isEqualTo(8);
    }
}
