package dev.embedonce.image.process;

import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.decode.OpenedImage;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.Region;
import dev.embedonce.image.process.ResizeRule.Size;
import dev.embedonce.image.resize.FloatResampler;
import dev.embedonce.image.resize.PillowProfile;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.image.resize.Resampler;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.key.Revisions;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Encoded bytes to encoder input: decode, apply the EXIF orientation, make RGB, resize, crop, rescale, normalise, with
 * the arithmetic of Hugging Face's PIL image processors ({@code hf-pil}), or, where {@link Builder#floatResize} is set,
 * of its torchvision ones, which resize float32 samples ({@code hf-torchvision}). Immutable and thread-safe; nothing is
 * kept between pictures.
 */
// Source: transformers 5.23, image_processing_backends.PilBackend; models/dinov3_vit/image_processing_dinov3_vit.py
public final class ImageProcessor {
    /**
     * Raised when what is done here, beside the steps with revisions of their own, makes other pixels; part of the
     * version.
     */
    private static final int REVISION = 1;

    private final String label;
    private final ImageDecoder decoder;
    private final AlphaPolicy alpha;
    private final PillowProfile profile;
    private final ResizeRule resize;
    private final ResampleFilter filter;
    private final @Nullable CentreCrop crop;
    private final @Nullable Padding padding;
    private final @Nullable SquarePadding square;
    private final boolean floatResize;
    private final ChannelMath math;
    private final float[][] tables;
    private final String preprocVersion;

    /** Pads the normalised picture with zeros at the right and at the bottom, up to this size. */
    record Padding(int height, int width) {}

    private ImageProcessor(Builder builder) {
        this.label = builder.label;
        this.decoder = new ImageDecoder(builder.exif, builder.maxPixels);
        this.alpha = builder.alpha;
        this.profile = builder.profile;
        this.resize = builder.resize;
        this.filter = builder.filter;
        this.crop = builder.crop;
        this.padding = builder.padding;
        this.square = builder.square;
        this.floatResize = builder.floatResize;
        this.math = builder.math;
        this.tables = math.tables();
        this.preprocVersion = version();
    }

    /** Settings in code; see {@link HfImageProcessors} for those read from a model's configuration. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Decodes and preprocesses one picture.
     *
     * @throws ImageException if the bytes cannot be decoded, or the settings make no picture of them
     */
    public PixelValues process(byte[] encoded) {
        OpenedImage image = decoder.open(encoded);
        int width = image.width();
        int height = image.height();
        Size padded = square == null
                ? new Size(width, height)
                : new Size(SquarePadding.side(width, height), SquarePadding.side(width, height));
        if (padded.width() * (long) padded.height() > decoder.maxPixels()) {
            throw new ImageException("image is " + width + "x" + height + ", as a square above the pixel limit");
        }
        Size size = resize.sizeFor(padded.width(), padded.height());
        if (size.width() < 1 || size.height() < 1) {
            throw new ImageException("image is " + width + "x" + height + ", too narrow to be resized to "
                    + size.width() + "x" + size.height());
        }
        if ((long) size.width() * size.height() > decoder.maxPixels()) {
            throw new ImageException("image is " + width + "x" + height + ", resized it would be " + size.width() + "x"
                    + size.height() + ", above the pixel limit");
        }
        Region kept = crop == null ? Region.whole(size.width(), size.height()) : crop.kept(size.width(), size.height());
        return ImageDecoder.guarded("a picture of " + width + "x" + height + " pixels", () -> {
            Tensor tensor = new Tensor(kept, size);
            if (floatResize) {
                Resampler.Source source = squared(image.rgb(Region.whole(width, height), alpha));
                FloatResampler.resample(source, math.rescaled(), size.width(), size.height(), filter, tensor::floatRow);
            } else {
                Region needed = square == null
                        ? Resampler.sourceRegion(width, height, size.width(), size.height(), kept, filter)
                        : Region.whole(width, height);
                Resampler.Source source = squared(image.rgb(needed, alpha));
                Resampler.resample(source, size.width(), size.height(), kept, filter, profile, tensor::row);
            }
            return new PixelValues(tensor.values(), tensor.samples(), tensor.height, tensor.width, width, height);
        });
    }

    private Resampler.Source squared(Resampler.Source picture) {
        return square == null ? picture : square.around(picture);
    }

    /**
     * Collects rows of 8-bit samples as rescaled and normalised planes, with black around a picture smaller than the
     * crop.
     */
    private final class Tensor {
        private final Region kept;
        private final int left;
        private final int top;
        private final int height;
        private final int width;
        private final float[] planes;
        /**
         * The content of {@link #planes} before it is rescaled and normalised; null unless all of it is 8-bit samples.
         */
        private final byte @Nullable [] bytes;

        Tensor(Region kept, Size size) {
            this.kept = kept;
            int innerHeight = crop == null ? size.height() : crop.height();
            int innerWidth = crop == null ? size.width() : crop.width();
            left = crop == null ? 0 : crop.padLeft(size.width());
            top = crop == null ? 0 : crop.padTop(size.height());
            height = padding == null ? innerHeight : padding.height();
            width = padding == null ? innerWidth : padding.width();
            if (height < innerHeight || width < innerWidth) {
                throw new ImageException("image is " + innerWidth + "x" + innerHeight
                        + " after resize and crop, larger than the " + width + "x" + height + " it is padded to");
            }
            planes = new float[Math.multiplyExact(Math.multiplyExact(PixelValues.CHANNELS, height), width)];
            bytes = floatResize || padding != null ? null : new byte[planes.length];
            if (kept.width() < innerWidth || kept.height() < innerHeight) {
                fill(innerHeight, innerWidth);
            }
        }

        private void fill(int innerHeight, int innerWidth) {
            for (int channel = 0; channel < PixelValues.CHANNELS; channel++) {
                for (int y = 0; y < innerHeight; y++) {
                    int start = (channel * height + y) * width;
                    Arrays.fill(planes, start, start + innerWidth, tables[channel][0]);
                }
            }
        }

        void row(int y, int[][] samples) {
            int n = kept.width();
            for (int channel = 0; channel < PixelValues.CHANNELS; channel++) {
                float[] table = tables[channel];
                int to = (channel * height + top + y) * width + left;
                int[] from = samples[channel];
                for (int x = 0; x < n; x++) {
                    planes[to + x] = table[from[x]];
                }
                if (bytes != null) {
                    for (int x = 0; x < n; x++) {
                        bytes[to + x] = (byte) from[x];
                    }
                }
            }
        }

        /** Takes a row of the whole resized picture, already rescaled. */
        void floatRow(int row, float[][] values) {
            int y = row - kept.y();
            if (y < 0 || y >= kept.height()) {
                return;
            }
            for (int channel = 0; channel < PixelValues.CHANNELS; channel++) {
                int to = (channel * height + top + y) * width + left;
                for (int x = 0; x < kept.width(); x++) {
                    planes[to + x] = math.normalise(channel, values[channel][kept.x() + x]);
                }
            }
        }

        FloatBuffer values() {
            return FloatBuffer.wrap(planes);
        }

        @Nullable
        ByteBuffer samples() {
            return bytes == null ? null : ByteBuffer.wrap(bytes);
        }
    }

    /**
     * The second part of the cache key: a readable label, then {@code @sha256:} and the digest of everything that
     * shapes the pixels. The pixel limit is not part of it: it decides only whether there are pixels.
     */
    public String preprocVersion() {
        return preprocVersion;
    }

    /** The decoder. */
    public ImageDecoder decoder() {
        return decoder;
    }

    /** The steps that make the pixels, by name, each with its revision: part of {@link #preprocVersion()}. */
    public SortedMap<String, Integer> revisions() {
        Revisions steps = new Revisions().uses("image-processor", REVISION);
        ImageDecoder.describe(steps);
        ResizeRule.describe(steps);
        if (floatResize) {
            FloatResampler.describe(steps);
        } else {
            Resampler.describe(steps);
        }
        if (square != null) {
            SquarePadding.describe(steps);
        }
        if (crop != null) {
            CentreCrop.describe(steps);
        }
        ChannelMath.describe(steps);
        return steps.all();
    }

    private String version() {
        FramedDigest digest = FramedDigest.tagged("embedonce.preproc.v2");
        Revisions.put(digest, revisions());
        digest.put("backend", backend())
                .put("profile", profile.label())
                .put("exif", decoder.exif().label())
                .put("alpha", alpha.label())
                .put("dtype", "float32")
                .put("layout", "CHW")
                .put("resample", filter.pillowCode());
        resize.describe(digest);
        digest.put("crop", crop == null ? new long[0] : new long[] {crop.height(), crop.width()})
                .put("pad", padding == null ? new long[0] : new long[] {padding.height(), padding.width()});
        math.describe(digest);
        if (square != null) {
            square.describe(digest);
        }
        String cropLabel = crop == null
                ? ""
                : crop.height() == crop.width() ? "-c" + crop.height() : "-c" + crop.height() + "x" + crop.width();
        return label + "/" + (square == null ? "" : "square-") + resize.label() + cropLabel + "/" + backend() + "/"
                + profile.label() + "/exif-" + decoder.exif().label() + "/" + alpha.label() + "@sha256:"
                + digest.hexDigest();
    }

    private String backend() {
        return floatResize ? "hf-torchvision" : "hf-pil";
    }

    @Override
    public String toString() {
        return preprocVersion;
    }

    /**
     * Settings of an {@link ImageProcessor}. Without any: upright, over white, Pillow 13, no resize, no crop, samples 0
     * to 255.
     */
    public static final class Builder {
        private String label = "custom";
        private ExifPolicy exif = ExifPolicy.APPLY;
        private long maxPixels = ImageDecoder.DEFAULT_MAX_PIXELS;
        private AlphaPolicy alpha = AlphaPolicy.OVER_WHITE;
        private PillowProfile profile = PillowProfile.PILLOW_13;
        private ResizeRule resize = new ResizeRule.None();
        private ResampleFilter filter = ResampleFilter.BICUBIC;
        private @Nullable CentreCrop crop;
        private @Nullable Padding padding;
        private @Nullable SquarePadding square;
        private boolean floatResize;
        private ChannelMath math = ChannelMath.none();

        private Builder() {}

        /** The label that {@link ImageProcessor#preprocVersion()} begins with; for people, not part of the digest. */
        public Builder label(String label) {
            this.label = label;
            return this;
        }

        /** What a model's configuration leaves open, but for transparency: profile, EXIF turn, pixel limit. */
        public Builder options(PixelOptions options) {
            return profile(options.profile()).exif(options.exif()).maxPixels(options.maxPixels());
        }

        public Builder exif(ExifPolicy exif) {
            this.exif = exif;
            return this;
        }

        /** The most pixels a picture may have before and after resizing. */
        public Builder maxPixels(long maxPixels) {
            this.maxPixels = maxPixels;
            return this;
        }

        public Builder alpha(AlphaPolicy alpha) {
            this.alpha = alpha;
            return this;
        }

        public Builder profile(PillowProfile profile) {
            this.profile = profile;
            return this;
        }

        public Builder resize(ResizeRule resize, ResampleFilter filter) {
            this.resize = resize;
            this.filter = filter;
            return this;
        }

        public Builder centreCrop(int height, int width) {
            this.crop = new CentreCrop(height, width);
            return this;
        }

        /** Pads the normalised picture with zeros at the right and at the bottom; larger pictures are refused. */
        public Builder padTo(int height, int width) {
            this.padding = new Padding(height, width);
            return this;
        }

        /** Pads the picture to a square before it is resized. */
        Builder padToSquare(SquarePadding square) {
            this.square = square;
            return this;
        }

        /**
         * Rescales to float32 before the resize instead of after it and rounds nothing to 8 bits, as torchvision does.
         * For BILINEAR and BICUBIC only.
         */
        public Builder floatResize() {
            this.floatResize = true;
            return this;
        }

        /** What is done to each sample at the end. */
        public Builder math(ChannelMath math) {
            this.math = math;
            return this;
        }

        public ImageProcessor build() {
            if (label.isBlank() || label.chars().anyMatch(c -> c < 0x20 || c == '@')) {
                throw new IllegalArgumentException("label '" + label + "'");
            }
            if (floatResize && filter != ResampleFilter.BILINEAR && filter != ResampleFilter.BICUBIC) {
                throw new IllegalArgumentException("float samples cannot be resized with " + filter);
            }
            return new ImageProcessor(this);
        }
    }
}
