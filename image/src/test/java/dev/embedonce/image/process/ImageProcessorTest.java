package dev.embedonce.image.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.image.Golden;
import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.decode.ImageInfo;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.ImageFormat;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.resize.PillowProfile;
import dev.embedonce.image.resize.PillowResizer;
import dev.embedonce.image.resize.ResampleFilter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageProcessorTest {
    private static ImageProcessor.Builder lite() {
        return ImageProcessor.builder()
                .label("lite")
                .resize(new ResizeRule.ShortestEdge(256), ResampleFilter.BICUBIC)
                .centreCrop(224, 224)
                .math(ChannelMath.none().normalised(new double[] {127}, new double[] {128}));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jpeg-large.jpg",
                "jpeg-exif6-large.jpg",
                "jpeg-tall.jpg",
                "jpeg-411.jpg",
                "jpeg-440.jpg",
                "jpeg-grey.jpg",
                "jpeg-420-progressive.jpg",
                "jpeg-cmyk.jpg",
                "png-rgb-tall2.png",
                "webp-lossy-large.webp",
                "jpeg-1x90.jpg"
            })
    void process_handMade_equalsItsPartsOneByOne(String name) {
        for (PillowProfile profile : PillowProfile.values()) {
            byte[] bytes = Golden.pictureBytes(name);
            PixelValues values = lite().profile(profile).build().process(bytes);
            PixelImage image = new ImageDecoder(ExifPolicy.APPLY).decode(bytes).toRgb(AlphaPolicy.OVER_WHITE);
            ResizeRule.Size size = new ResizeRule.ShortestEdge(256).sizeFor(image.width(), image.height());
            PixelImage resized =
                    PillowResizer.resize(image, size.width(), size.height(), ResampleFilter.BICUBIC, profile);
            int left = (resized.width() - 224) / 2;
            int top = (resized.height() - 224) / 2;
            for (int i = 0; i < values.data().limit(); i++) {
                int x = i % 224 + left;
                int y = i / 224 % 224 + top;
                int sample = resized.raw()[(y * resized.width() + x) * 3 + i / (224 * 224)] & 0xFF;
                assertThat(values.data().get(i)).isEqualTo((sample - 127f) / 128f);
            }
            assertThat(values.originalWidth()).isEqualTo(image.width());
            assertThat(values.originalHeight()).isEqualTo(image.height());
            assertThat(values.shape()).containsExactly(3, 224, 224);
        }
    }

    @Test
    void process_cropLargerThanThePicture_dataIsMadeOfTheSamplesEverywhere() {
        PixelValues values = ImageProcessor.builder()
                .centreCrop(120, 100)
                .math(ChannelMath.none().normalised(new double[] {127}, new double[] {128}))
                .build()
                .process(Golden.pictureBytes("jpeg-exif6.jpg"));
        ByteBuffer samples = Objects.requireNonNull(values.samples());
        assertThat(samples.remaining()).isEqualTo(3 * 120 * 100);
        for (int i = 0; i < samples.limit(); i++) {
            assertThat(values.data().get(i)).isEqualTo(((samples.get(i) & 0xFF) - 127f) / 128f);
        }
    }

    @Test
    void process_paddedAfterNormalising_hasNoSamples() {
        PixelValues values =
                ImageProcessor.builder().padTo(80, 80).build().process(Golden.pictureBytes("jpeg-exif6.jpg"));
        assertThat(values.samples()).isNull();
    }

    @Test
    void process_exifPolicy_decidesOrientation() {
        byte[] bytes = Golden.pictureBytes("jpeg-exif6.jpg");
        PixelValues upright = ImageProcessor.builder().build().process(bytes);
        assertThat(upright.originalWidth()).isEqualTo(40);
        assertThat(upright.originalHeight()).isEqualTo(60);
        assertThat(upright.width()).isEqualTo(40);
        PixelValues stored =
                ImageProcessor.builder().exif(ExifPolicy.IGNORE).build().process(bytes);
        assertThat(stored.originalWidth()).isEqualTo(60);
        assertThat(stored.data().get(0)).isEqualTo(upright.data().get(39));
    }

    @Test
    void process_manyThreads_giveTheSameBits() throws InterruptedException, ExecutionException {
        ImageProcessor processor = lite().build();
        List<String> names = Golden.of(PillowProfile.PILLOW_13).pictures().subList(0, 60);
        List<String> expected = new ArrayList<>();
        for (String name : names) {
            expected.add(
                    Golden.digest(processor.process(Golden.pictureBytes(name)).data()));
        }
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<List<String>>> futures = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                futures.add(threads.submit(() -> {
                    List<String> found = new ArrayList<>();
                    for (String name : names) {
                        found.add(Golden.digest(
                                processor.process(Golden.pictureBytes(name)).data()));
                    }
                    return found;
                }));
            }
            for (Future<List<String>> future : futures) {
                assertThat(future.get()).isEqualTo(expected);
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void process_resultWouldBeHuge_isRefused() {
        ImageProcessor processor = ImageProcessor.builder()
                .resize(new ResizeRule.ShortestEdge(4000), ResampleFilter.BILINEAR)
                .maxPixels(1_000_000)
                .build();
        assertThatThrownBy(() -> processor.process(Golden.pictureBytes("jpeg-1x90.jpg")))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("above the pixel limit");
    }

    @Test
    void process_largerThanItsPadding_isRefused() {
        ImageProcessor processor = ImageProcessor.builder().padTo(20, 20).build();
        assertThatThrownBy(() -> processor.process(Golden.pictureBytes("png-rgb.png")))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("padded to");
        assertThat(processor.process(Golden.pictureBytes("jpeg-3x2.jpg")).width())
                .isEqualTo(20);
    }

    @Test
    void preprocVersion_isStableAndLabelIsOnlyForPeople() {
        String version = lite().build().preprocVersion();
        assertThat(version)
                .isEqualTo("lite/s256-c224/hf-pil/pillow-13/exif-apply/over-white"
                        + "@sha256:e83fcc938c8e9d891acdd960b27bb572cd072402b239f385e502eacfc86c9b63");
        String digest = version.substring(version.indexOf('@'));
        assertThat(lite().label("other").build().preprocVersion()).endsWith(digest);
        assertThat(lite().centreCrop(224, 225).build().preprocVersion()).doesNotEndWith(digest);
        assertThat(lite().padTo(230, 230).build().preprocVersion()).doesNotEndWith(digest);
        assertThat(lite().resize(new ResizeRule.ShortestEdge(256), ResampleFilter.BOX)
                        .build()
                        .preprocVersion())
                .doesNotEndWith(digest);
    }

    @Test
    void inspect_readsSizeAndOrientationOnly() {
        ImageInfo info = new ImageDecoder(ExifPolicy.APPLY).inspect(Golden.pictureBytes("jpeg-exif8.jpg"));
        assertThat(info).isEqualTo(new ImageInfo(ImageFormat.JPEG, 40, 60, 8));
        info = new ImageDecoder(ExifPolicy.IGNORE).inspect(Golden.pictureBytes("webp-exif6.webp"));
        assertThat(info).isEqualTo(new ImageInfo(ImageFormat.WEBP, 60, 40, 6));
    }
}
