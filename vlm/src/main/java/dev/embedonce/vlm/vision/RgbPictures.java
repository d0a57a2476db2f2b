package dev.embedonce.vlm.vision;

import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.pixel.PixelMode;
import dev.embedonce.image.process.ChannelMath;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.process.PixelSettings;
import dev.embedonce.image.process.PixelValues;
import dev.embedonce.image.resize.PillowProfile;
import dev.embedonce.image.resize.PillowResizer;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.image.resize.TorchvisionResizer;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.key.Revisions;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Decodes, cuts, resizes and normalises pictures step by step, for processors that make more than one picture of one.
 * The arithmetic is that of transformers' PIL processors, or that of torchvision's where a model has no other.
 * Immutable and thread-safe.
 */
// Source: transformers 5.23, image_processing_backends.PilBackend, TorchvisionBackend
public final class RgbPictures {
    /**
     * Raised when what is done here, beside the steps with revisions of their own, makes other pixels; part of the
     * version.
     */
    private static final int REVISION = 1;

    private static final int BANDS = PixelValues.CHANNELS;

    private final ImageDecoder decoder;
    private final AlphaPolicy alpha;
    /** Null for torchvision's arithmetic. */
    private final @Nullable PillowProfile profile;

    private final ResampleFilter filter;
    private final float[][] tables;

    /**
     * What a processor has where its configuration is silent.
     *
     * @param convertRgb whether transparency is laid over white
     */
    public record Defaults(ResampleFilter filter, ImageNorm norm, boolean convertRgb) {}

    private RgbPictures(RgbPictures like, ResampleFilter filter) {
        this.decoder = like.decoder;
        this.alpha = like.alpha;
        this.profile = like.profile;
        this.filter = filter;
        this.tables = like.tables;
    }

    private RgbPictures(ModelConfig config, PixelOptions options, Defaults defaults, boolean torchvision) {
        PixelSettings settings =
                ProcessorSettings.pixels(config, options, defaults.filter, defaults.norm, defaults.convertRgb);
        this.decoder = new ImageDecoder(options.exif(), options.maxPixels());
        this.alpha = settings.alpha();
        this.profile = torchvision ? null : options.profile();
        this.filter = settings.filter();
        this.tables = (torchvision ? fused(config, defaults.norm) : settings.math()).tables();
    }

    /** Mean and deviation of samples from 0 to 255, so that there is nothing to be rescaled. */
    private static ChannelMath fused(ModelConfig config, ImageNorm norm) {
        ProcessorSettings.requireFlag(config, "do_rescale", true);
        ProcessorSettings.requireFlag(config, "do_normalize", true);
        float factor = (float) (1 / config.number("rescale_factor", 1.0 / 255));
        return ChannelMath.none()
                .normalised(
                        scaled(config.numbers("image_mean", norm.mean()), factor),
                        scaled(config.numbers("image_std", norm.std()), factor));
    }

    private static double[] scaled(List<Double> values, float factor) {
        return values.stream().mapToDouble(value -> value.floatValue() * factor).toArray();
    }

    /**
     * Reads {@code do_convert_rgb}, {@code resample} and what is said about rescaling and normalising.
     *
     * @throws dev.embedonce.error.ModelLoadException if a value is not supported
     */
    public static RgbPictures read(ModelConfig config, PixelOptions options, Defaults defaults) {
        return new RgbPictures(config, options, defaults, false);
    }

    /**
     * As {@link #read}, for a processor that transformers has for torchvision alone.
     *
     * @throws dev.embedonce.error.ModelLoadException likewise, or if pictures are not rescaled and normalised
     */
    public static RgbPictures readTorchvision(ModelConfig config, PixelOptions options, Defaults defaults) {
        RgbPictures pictures = new RgbPictures(config, options, defaults, true);
        if (!TorchvisionResizer.has(pictures.filter)) {
            throw config.refused("resample", "2 (bilinear) or 3 (bicubic)");
        }
        return pictures;
    }

    /** The same with another filter, for processors whose {@code resample} is not that of all they resize. */
    public RgbPictures with(ResampleFilter other) {
        return new RgbPictures(this, other);
    }

    /**
     * Decodes a picture to opaque RGB.
     *
     * @throws ImageException if the bytes cannot be decoded
     */
    public PixelImage open(byte[] encoded) {
        return rgb(decoder.decode(encoded));
    }

    /**
     * Decodes a picture in the mode that it is stored in, for processors that resize before they convert; RGB if it
     * cannot be resized in that mode.
     *
     * @throws ImageException if the bytes cannot be decoded
     */
    public PixelImage openAsStored(byte[] encoded) {
        PixelImage image = decoder.decode(encoded);
        return image.mode() == PixelMode.GREY16 ? rgb(image) : image;
    }

    /** A picture as opaque RGB. */
    public PixelImage rgb(PixelImage image) {
        return image.toRgb(alpha);
    }

    /**
     * Resizes a picture.
     *
     * @throws ImageException if a side would be less than one pixel, or the picture too large
     */
    public PixelImage resize(PixelImage image, int width, int height) {
        if (width < 1 || height < 1 || (long) width * height > decoder.maxPixels()) {
            throw new ImageException("image is " + image.width() + "x" + image.height() + ", cannot be resized to "
                    + width + "x" + height);
        }
        return profile == null
                ? TorchvisionResizer.resize(image, width, height, filter)
                : PillowResizer.resize(image, width, height, filter, profile);
    }

    /** A part of a picture; what of it lies outside is left out. */
    public static PixelImage cut(PixelImage image, int left, int top, int width, int height) {
        int right = Math.min(image.width(), left + width);
        int bottom = Math.min(image.height(), top + height);
        if (left >= right || top >= bottom) {
            throw new ImageException(
                    "image is " + image.width() + "x" + image.height() + ", nothing of it is at " + left + ", " + top);
        }
        return copied(image, left, top, right - left, bottom - top, right - left, bottom - top);
    }

    /** A picture of whole tiles cut into them, row by row. */
    public static List<PixelImage> tiles(PixelImage image, int side) {
        int columns = image.width() / side;
        return IntStream.range(0, image.height() / side * columns)
                .mapToObj(i -> cut(image, i % columns * side, i / columns * side, side, side))
                .toList();
    }

    /** A picture with black right of it and below. */
    public static PixelImage pad(PixelImage image, int width, int height) {
        return copied(image, 0, 0, image.width(), image.height(), width, height);
    }

    /** A picture within a black one. */
    public static PixelImage padAround(PixelImage image, int left, int top, int width, int height) {
        return padAround(image, left, top, width, height, new byte[BANDS]);
    }

    /** A picture within a white one. */
    public static PixelImage padWithWhite(PixelImage image, int left, int top, int width, int height) {
        return padAround(image, left, top, width, height, new byte[] {-1, -1, -1});
    }

    /**
     * A picture within one of one colour.
     *
     * @param colour red, green and blue
     */
    public static PixelImage padAround(PixelImage image, int left, int top, int width, int height, byte[] colour) {
        byte[] samples = new byte[Math.multiplyExact(Math.multiplyExact(width, height), BANDS)];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = colour[i % BANDS];
        }
        ByteBuffer from = image.samples();
        int row = image.width() * BANDS;
        for (int y = 0; y < image.height(); y++) {
            from.get(y * row, samples, ((top + y) * width + left) * BANDS, row);
        }
        return PixelImage.wrap(PixelMode.RGB, width, height, samples);
    }

    /** A picture whose rows are the columns of another. */
    public static PixelImage transposed(PixelImage image) {
        int width = image.width();
        int height = image.height();
        byte[] from = new byte[width * height * BANDS];
        image.samples().get(from);
        byte[] samples = new byte[from.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                System.arraycopy(from, (y * width + x) * BANDS, samples, (x * height + y) * BANDS, BANDS);
            }
        }
        return PixelImage.wrap(PixelMode.RGB, height, width, samples);
    }

    private static PixelImage copied(
            PixelImage image, int left, int top, int columns, int rows, int width, int height) {
        byte[] samples = new byte[Math.multiplyExact(Math.multiplyExact(width, height), BANDS)];
        ByteBuffer from = image.samples();
        for (int row = 0; row < rows; row++) {
            from.get(((top + row) * image.width() + left) * BANDS, samples, row * width * BANDS, columns * BANDS);
        }
        return PixelImage.wrap(PixelMode.RGB, width, height, samples);
    }

    /**
     * Pictures of one size as input of the tower: float32 {@code [pictures, 3, height, width]}, rescaled and
     * normalised.
     */
    public Tensor pixelValues(List<PixelImage> images) {
        int width = images.get(0).width();
        int height = images.get(0).height();
        long[] shape = {images.size(), BANDS, height, width};
        ByteBuffer bytes = Tensor.direct(DType.FLOAT32, shape);
        FloatBuffer target = bytes.asFloatBuffer();
        for (PixelImage image : images) {
            if (image.width() != width || image.height() != height) {
                throw new IllegalArgumentException("pictures of different sizes");
            }
            byte[] samples = new byte[width * height * BANDS];
            image.samples().get(samples);
            for (int band = 0; band < BANDS; band++) {
                for (int i = band; i < samples.length; i += BANDS) {
                    target.put(tables[band][samples[i] & 0xFF]);
                }
            }
        }
        return Tensor.view(DType.FLOAT32, shape, bytes);
    }

    /**
     * A picture, rescaled and normalised and then shrunk to a square as torch does bicubically without antialiasing:
     * float32 {@code [3, side, side]}.
     *
     * @param image whose sides are multiples of {@code side}
     */
    Tensor thumbnail(PixelImage image, int side) {
        return BicubicThumbnail.of(image, tables, side);
    }

    /**
     * One picture as input of the tower: float32 {@code [3, height, width]}, rescaled and normalised.
     */
    public Tensor pixelValues(PixelImage image) {
        return PixelTensors.rows(pixelValues(List.of(image))).get(0);
    }

    /**
     * The steps of a processor that works with these pictures.
     *
     * @param processor names its own step in versions, and never changes
     * @param revision raised whenever its own step makes other pixels
     */
    public SortedMap<String, Integer> steps(String processor, int revision) {
        Revisions steps = new Revisions().uses(processor, revision);
        describe(steps);
        return steps.all();
    }

    /** Begins the digest of a preprocessing version with the name of its processor and its steps. */
    public static FramedDigest digest(String processor, SortedMap<String, Integer> steps) {
        FramedDigest digest = FramedDigest.tagged("embedonce.preproc." + processor + ".v2");
        Revisions.put(digest, steps);
        return digest;
    }

    /**
     * A preprocessing version.
     *
     * @param label what the processor makes, for people
     * @param digest of {@link #describe(FramedDigest)} and every setting of the processor that shapes pixels
     */
    public String version(String label, FramedDigest digest) {
        return label + "/" + label() + "@sha256:" + digest.hexDigest();
    }

    /** Adds the revisions of this step and of those it is made of. */
    public void describe(Revisions steps) {
        steps.uses("rgb-pictures", REVISION);
        ImageDecoder.describe(steps);
        PillowResizer.describe(steps);
        if (profile == null) {
            TorchvisionResizer.describe(steps);
        }
        ChannelMath.describe(steps);
    }

    /** Adds every setting that shapes pixels here to a digest; sizes and tiles are the caller's. */
    public void describe(FramedDigest digest) {
        digest.put("profile", profile == null ? "torchvision" : profile.label())
                .put("exif", decoder.exif().label())
                .put("alpha", alpha.label())
                .put("resample", filter.pillowCode());
        for (float[] band : tables) {
            digest.put("band", band);
        }
    }

    /** A short form for labels. */
    public String label() {
        return (profile == null ? "hf-torchvision" : "hf-pil/" + profile.label()) + "/exif-"
                + decoder.exif().label() + "/" + alpha.label();
    }
}
