package dev.embedonce.image.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.image.decode.HostileImages.Tag;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.PixelMode;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Small files made to cost much: refused, or decoded for what they are worth. Work and memory are counted, not timed.
 */
class HostileImageTest {
    private static final long MIB = 1 << 20;
    private static final int JPEG = 7;

    private final ImageDecoder decoder = new ImageDecoder(ExifPolicy.APPLY, 16_000_000);

    @Test
    void decode_tiffStripWithTallerJpeg_isRefused() {
        byte[] bytes = HostileImages.tiffOfEqualStrips(256, 8, 4, JPEG, HostileImages.jpeg(256, 4096, 1));
        refuses(bytes, "corrupt TIFF: a JPEG part of 256x4096 pixels");
    }

    @Test
    void decode_tiffWhoseJpegIsAbovePixelLimit_isRefused() {
        byte[] bytes = HostileImages.tiffOfEqualStrips(8192, 64, 1, JPEG, HostileImages.jpeg(8192, 24_000, 1));
        refuses(bytes, "corrupt TIFF: a JPEG part of 8192x24000 pixels");
    }

    @Test
    void decode_tiffStripWithJpegOfOtherComponents_isRefused() {
        byte[] bytes = HostileImages.tiffOfEqualStrips(64, 8, 4, JPEG, HostileImages.jpeg(64, 8, 3));
        refuses(bytes, "corrupt TIFF: a JPEG part with 3 components");
    }

    @Test
    void decode_tiffStripsThatShareLongJpeg_exceedTheWork() {
        byte[] jpeg = HostileImages.commented(HostileImages.jpeg(8, 8, 1), 2_000_000);
        refusesWork(HostileImages.tiffOfEqualStrips(8, 8, 4000, JPEG, jpeg));
    }

    @Test
    void decode_tiffStripsThatShareLongFax_exceedTheWork() {
        byte[] fax = new byte[1_000_000]; // fills up before its only end of a line, then eight white pixels
        fax[fax.length - 2] = 1;
        fax[fax.length - 1] = (byte) 0b1001_1000;
        assertThat(decoder.decode(HostileImages.tiffOfEqualStrips(8, 1, 1, 3, fax))
                        .width())
                .isEqualTo(8);
        refusesWork(HostileImages.tiffOfEqualStrips(8, 1, 8000, 3, fax));
    }

    @Test
    void decode_tiffWithTagsOfManyValues_readsThemOnce() {
        byte[] strip = new byte[400_000];
        byte[] bytes = HostileImages.tiffOfEqualStrips(
                1, 1, 2000, 32773, strip, Tag.bytesAt(266, 8, strip.length), Tag.bytesAt(317, 8, strip.length));
        assertThat(allocated(() -> decoder.decode(bytes))).isLessThan(2 * MIB);
    }

    @Test
    void inspect_tiffWithTagsOfManyValues_readsFewOfThem() {
        byte[] bytes = HostileImages.tiffOfEqualStrips(1, 1, 200_000, 1, new byte[1], Tag.bytesAt(274, 8, 100_000));
        assertThat(allocated(() -> decoder.inspect(bytes))).isLessThan(MIB / 4);
    }

    @Test
    void inspect_pngWithManyProfiles_inflatesOne() {
        byte[] bytes = HostileImages.pngOfProfiles(32);
        assertThat(allocated(() -> decoder.inspect(bytes))).isLessThan(MIB);
    }

    @Test
    void inspect_pngOfManyChunks_keepsNoneOfThem() {
        for (String type : new String[] {"tEXt", "IDAT"}) {
            byte[] bytes = HostileImages.pngOfEmptyChunks(type, 50_000);
            assertThat(allocated(() -> decoder.inspect(bytes))).isLessThan(MIB);
        }
    }

    @Test
    void inspect_jpegWithManyTables_buildsNone() {
        byte[] bytes = HostileImages.jpegOfManyTables(2000);
        assertThat(allocated(() -> decoder.inspect(bytes))).isLessThan(MIB);
        assertThat(decoder.decode(bytes).width()).isEqualTo(8);
    }

    @Test
    void decode_progressiveJpegWithManyScans_exceedsTheWork() {
        assertThat(decoder.decode(HostileImages.progressiveJpeg(2048, 2048, 1)).width())
                .isEqualTo(2048);
        refusesWork(HostileImages.progressiveJpeg(2048, 2048, 150));
    }

    @Test
    void decode_webpWithMoreGroupsThanPixels_exceedsTheWork() {
        refusesWork(HostileImages.webpOfGroups(1, 1, 65_535));
    }

    @Test
    void decode_webpWithUnusedGroups_buildsThoseInUse() {
        byte[] bytes = HostileImages.webpOfGroups(1, 1, 500);
        assertThat(allocated(() -> decoder.decode(bytes))).isLessThan(MIB / 4);
        assertThat(decoder.decode(bytes).width()).isEqualTo(1);
    }

    @Test
    void decode_gifOfClearCodes_isDecoded() {
        assertThat(decoder.decode(HostileImages.gifOfClearCodes(1_000_000)).width())
                .isEqualTo(1);
    }

    @Test
    void decode_webpWithManyGroupsInUseOfLargePicture_keepsOneCopyOfEachUsed() {
        byte[] bytes = HostileImages.webpOfGroups(4000, 4000, 40_000);
        assertThat(allocated(() -> decoder.decode(bytes))).isLessThan(16_000_000L * 8);
    }

    @Test
    void decode_progressiveInkPictureAtThePixelLimit_exceedsTheMemory() {
        byte[] bytes = HostileImages.progressiveInkJpeg(6000, 6000);
        assertThatThrownBy(() -> new ImageDecoder(ExifPolicy.APPLY, 36_000_000).decode(bytes))
                .isInstanceOf(ImageException.class)
                .hasMessage("image takes more memory to decode than the limit of 312 MB");
        assertThat(new ImageDecoder(ExifPolicy.APPLY, 64_000_000).decode(bytes).mode())
                .isEqualTo(PixelMode.CMYK);
    }

    @Test
    void decode_pngOfOneRowOfMegapixels_countsItsRows() {
        byte[] bytes = HostileImages.rgbaPng(8_000_000, 1);
        assertThatThrownBy(() -> new ImageDecoder(ExifPolicy.APPLY, 8_000_000).decode(bytes))
                .isInstanceOf(ImageException.class)
                .hasMessage("image takes more memory to decode than the limit of 88 MB");
    }

    @Test
    void decode_tiffOfSixteenBits_keepsHalfOfIt() {
        int strips = 16;
        byte[] strip = HostileImages.deflated(new byte[4000 * 250 * 6]);
        byte[] bytes = HostileImages.rgbTiffOfEqualStrips(4000, 250, strips, 16, 8, strip);
        assertThat(allocated(() -> decoder.decode(bytes))).isLessThan(16_000_000L * 13);
    }

    @Test
    void decode_jpeg_keepsNothingButItsSamples() {
        byte[] bytes = HostileImages.jpeg(512, 512, 3);
        WorkBudget budget = new WorkBudget(bytes.length, 16_000_000, () -> false);
        decoder.open(bytes, budget).decode();
        assertThat(budget.held()).isEqualTo(3 * 512 * 512);
    }

    private void refusesWork(byte[] bytes) {
        assertThatThrownBy(() -> decoder.decode(bytes))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("more work to decode than");
    }

    private void refuses(byte[] bytes, String message) {
        assertThatThrownBy(() -> decoder.decode(bytes))
                .isInstanceOf(ImageException.class)
                .hasMessage(message);
    }

    /** Bytes that this thread allocates while it runs {@code work}, once its classes are loaded. */
    static long allocated(Runnable work) {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] runs = new long[2];
        for (int i = 0; i < runs.length; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            work.run();
            runs[i] = threads.getCurrentThreadAllocatedBytes() - before;
        }
        return Arrays.stream(runs).min().orElseThrow();
    }
}
