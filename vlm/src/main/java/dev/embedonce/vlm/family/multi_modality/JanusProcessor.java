package dev.embedonce.vlm.family.multi_modality;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.PixelTensors;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.ProcessorSettings;
import dev.embedonce.vlm.vision.RgbPictures;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Pictures shrunk or grown until their longer side is that of the tower's pictures, in the middle of a square of the
 * mean colour; transparency is dropped. Gives {@code pixel_values}, float32 {@code [3, side, side]}. No setting of a
 * request counts.
 *
 * <p>The shorter side is cut to whole pixels by the published code and rounded by transformers 5; transformers 4 cut it
 * too. Settings of {@code JanusImageProcessor} do not say which version wrote them: they are rounded.
 */
// Source: deepseek-ai/Janus, janus/models/image_processing_vlm.py; transformers 5.23,
// models/janus/image_processing_pil_janus.py
final class JanusProcessor implements ImageProcessing {
    /** The name in versions, which never changes. */
    private static final String STEP = "multi-modality.processor";
    /** Raised whenever the pixels change for unchanged settings. */
    private static final int REVISION = 1;

    private static final String PIXEL_VALUES = "pixel_values";
    private static final RgbPictures.Defaults DEFAULTS =
            new RgbPictures.Defaults(ResampleFilter.BICUBIC, ImageNorm.CLIP, false);

    private final RgbPictures pictures;
    private final int side;
    private final int minSize;
    /** Whether the shorter side is rounded, half to even. */
    private final boolean rounds;
    /** Red, green and blue around pictures. */
    private final byte[] fill;

    private JanusProcessor(RgbPictures pictures, int side, int minSize, boolean rounds, byte[] fill) {
        this.pictures = pictures;
        this.side = side;
        this.minSize = minSize;
        this.rounds = rounds;
        this.fill = fill;
    }

    /**
     * Reads the settings.
     *
     * @param side of the tower's pictures, in pixels
     * @throws ModelLoadException if a setting is not understood, by name, or makes other pictures than the tower takes
     */
    static JanusProcessor read(FamilyFiles files, PixelOptions options, int side) {
        ModelConfig config = files.imageProcessor();
        boolean transformers = MultiModality.isTransformers(files.config());
        ProcessorSettings.requireClass(config, transformers ? "JanusImageProcessor" : "VLMImageProcessor");
        ProcessorSettings.requireFlag(config, "do_resize", true);
        ProcessorSettings.requireFlag(config, "do_pad", true);
        if (transformers) {
            ModelConfig size = config.optionalObject("size");
            requireSide(size, "height", 384, side);
            requireSide(size, "width", 384, side);
        } else {
            requireSide(config, "image_size", 0, side);
        }
        RgbPictures pictures = RgbPictures.read(config, options, DEFAULTS);
        List<Double> mean = config.numbers("image_mean", ImageNorm.CLIP.mean());
        byte[] fill = new byte[mean.size()];
        for (int i = 0; i < fill.length; i++) {
            fill[i] = (byte) (mean.get(i) * 255);
        }
        int minSize = config.positive("min_size", 14);
        // made of the mean, whatever the file says
        ProcessorSettings.refuseOthers(config, "background_color", "auto_map");
        return new JanusProcessor(pictures, side, minSize, transformers, fill);
    }

    private static void requireSide(ModelConfig config, String name, int missing, int side) {
        if (config.natural(name, missing) != side) {
            throw config.refused(name, side + ", as config.json says");
        }
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelImage image = pictures.open(encoded);
        int longer = Math.max(image.width(), image.height());
        int width = resized(image.width(), longer);
        int height = resized(image.height(), longer);
        PixelImage square = RgbPictures.padAround(
                pictures.resize(image, width, height), (side - width) / 2, (side - height) / 2, side, side, fill);
        return new ProcessedImage(
                Map.of(PIXEL_VALUES, pictures.pixelValues(square)), Map.of(), image.width(), image.height());
    }

    private int resized(int length, int longer) {
        double exact = rounds ? length * ((double) side / longer) : (double) length / longer * side;
        return Math.max((int) (rounds ? Math.rint(exact) : exact), minSize);
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        FramedDigest digest = RgbPictures.digest("multi-modality", revisions());
        digest.put("side", side).put("minSize", minSize).put("rounds", rounds).put("fill", fill);
        pictures.describe(digest);
        return pictures.version("multi_modality/" + side + "x" + side, digest);
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        return pictures.steps(STEP, REVISION);
    }

    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return pictures(tensors);
    }

    /**
     * Reads {@code pixel_values}, float32 {@code [pictures, 3, side, side]} or, as the published code has it, {@code
     * [1, pictures, 3, side, side]}.
     */
    static List<ProcessedImage> pictures(Map<String, Tensor> tensors) {
        List<Tensor> rows = PixelTensors.rows(tensors, PIXEL_VALUES);
        List<Tensor> pixels = !rows.isEmpty() && rows.get(0).rank() == 4
                ? rows.stream().flatMap(row -> PixelTensors.rows(row).stream()).toList()
                : rows;
        return pixels.stream()
                .map(picture -> new ProcessedImage(Map.of(PIXEL_VALUES, picture), Map.of(), 0, 0))
                .toList();
    }
}
