package dev.embedonce.vlm.vision;

import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.process.ResizeRule.Size;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.load.FamilyFiles;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * Pictures made small enough, never larger but to fill whole tokens. Gives {@code pixel_values}, float32
 * {@code [3, height, width]}, and {@code image_sizes}, int64 {@code [2]}: that height and width. Of the settings of a
 * request it knows {@code maxPixels}: no side is longer than that of a square of this area.
 */
// Source: transformers 5.23, models/pixtral/image_processing_pil_pixtral.py
public final class PixtralProcessing implements ImageProcessing {
    static final String PIXEL_VALUES = "pixel_values";
    /** int64 {@code [2]}: height and width of the resized picture in pixels. */
    public static final String SIZES = "image_sizes";

    /** The name in versions, which never changes. */
    private static final String STEP = "mistral3.processor";
    /** Raised whenever the pixels change for unchanged settings. */
    private static final int REVISION = 1;

    private static final RgbPictures.Defaults DEFAULTS =
            new RgbPictures.Defaults(ResampleFilter.BICUBIC, ImageNorm.CLIP, true);
    /** The model's processor has a patch size of its own, which counts; padding is for batches. */
    private static final String[] HARMLESS = {
        "_processor_class", "_valid_processor_keys", "crop_size", "do_pad", "patch_size"
    };

    private final String label;
    private final RgbPictures pictures;
    private final Size largest;
    private final int tokenSide;

    private PixtralProcessing(String label, RgbPictures pictures, Size largest, int tokenSide) {
        this.label = label;
        this.pictures = pictures;
        this.largest = largest;
        this.tokenSide = tokenSide;
    }

    /**
     * Reads the settings.
     *
     * @param label what preprocessing versions begin with
     * @param tokenSide pixels a side that become one token, by {@code config.json}
     * @throws dev.embedonce.error.ModelLoadException if one is not understood, by name, or makes other tokens
     */
    public static PixtralProcessing read(String label, FamilyFiles files, PixelOptions options, int tokenSide) {
        ModelConfig config = files.imageProcessor();
        ProcessorSettings.requireClass(config, "PixtralImageProcessor");
        ProcessorSettings.requireFlag(config, "do_resize", true);
        ProcessorSettings.requireFlag(config, "do_center_crop", false);
        ModelConfig size = config.optionalObject("size");
        Size largest = size.has("height")
                ? new Size(size.positive("width"), size.positive("height"))
                : square(size.positive("longest_edge", 1024));
        size.refuseOthers(Set.of());
        RgbPictures pictures = RgbPictures.read(config, options, DEFAULTS);
        ProcessorSettings.refuseOthers(config, HARMLESS);
        ModelConfig processor = files.processor();
        int merge = processor.positive("spatial_merge_size", 1);
        if (processor.positive("patch_size", 16) * merge != tokenSide) {
            throw processor.refused("patch_size", tokenSide + " by spatial_merge_size, as config.json says");
        }
        return new PixtralProcessing(label, pictures, largest, tokenSide);
    }

    private static Size square(int side) {
        return new Size(side, side);
    }

    private Size largest(ImageSettings settings) {
        int side = (int) Math.sqrt((double) settings.maxPixels().orElse(Long.MAX_VALUE));
        return new Size(Math.min(largest.width(), side), Math.min(largest.height(), side));
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelImage image = pictures.open(encoded);
        Size size = size(image.width(), image.height(), largest(settings));
        PixelImage resized = pictures.resize(image, size.width(), size.height());
        return processed(pictures.pixelValues(resized), image.width(), image.height());
    }

    private Size size(int width, int height, Size most) {
        double ratio = Math.max((double) height / most.height(), (double) width / most.width());
        return ratio > 1
                ? new Size(wholeTokens((int) (width / ratio)), wholeTokens((int) (height / ratio)))
                : new Size(wholeTokens(width), wholeTokens(height));
    }

    private int wholeTokens(int length) {
        return (length + tokenSide - 1) / tokenSide * tokenSide;
    }

    private static ProcessedImage processed(Tensor pixels, int width, int height) {
        return new ProcessedImage(
                Map.of(PIXEL_VALUES, pixels),
                Map.of(SIZES, Tensor.ofLongs(new long[] {pixels.dim(1), pixels.dim(2)}, 2)),
                width,
                height);
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        Size most = largest(settings);
        FramedDigest digest = RgbPictures.digest("pixtral", revisions());
        digest.put("height", most.height()).put("width", most.width()).put("token", tokenSide);
        pictures.describe(digest);
        return pictures.version(label + "/w" + most.height() + "x" + most.width() + "-m" + tokenSide, digest);
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        return pictures.steps(STEP, REVISION);
    }

    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return pictures(tensors);
    }

    /** As {@link #split}, for which no setting counts. */
    public static List<ProcessedImage> pictures(Map<String, Tensor> tensors) {
        PixelTensors.requireSameRows(tensors, PIXEL_VALUES, SIZES);
        List<Tensor> padded = PixelTensors.rows(tensors, PIXEL_VALUES);
        List<Tensor> sizes = PixelTensors.rows(tensors, SIZES);
        List<ProcessedImage> images = new ArrayList<>();
        for (int i = 0; i < padded.size(); i++) {
            int height = Math.toIntExact(sizes.get(i).longs().get(0));
            int width = Math.toIntExact(sizes.get(i).longs().get(1));
            images.add(processed(cut(padded.get(i), height, width), 0, 0));
        }
        return images;
    }

    private static Tensor cut(Tensor padded, int height, int width) {
        if (height > padded.dim(1) || width > padded.dim(2)) {
            throw new IllegalArgumentException(SIZES + " " + height + ", " + width + " of " + padded);
        }
        long[] shape = {3, height, width};
        ByteBuffer bytes = Tensor.direct(DType.FLOAT32, shape);
        ByteBuffer from = padded.data();
        for (int row = 0; row < 3 * height; row++) {
            long start = (row / height * padded.dim(1) + row % height) * padded.dim(2) * Float.BYTES;
            bytes.put(from.slice(Math.toIntExact(start), width * Float.BYTES));
        }
        return Tensor.view(DType.FLOAT32, shape, bytes.flip());
    }
}
