package dev.embedonce.vlm.family.florence2;

import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.key.Revisions;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.PixelTensors;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.RgbPictures;
import dev.embedonce.vlm.vision.RgbPictures.Defaults;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * Pictures squeezed into a square: {@code pixel_values}, float32 {@code [3, size, size]}. The published settings do not convert to RGB
 * ({@code do_convert_rgb: null}): pictures come to the reference by its {@code load_image}, which makes grey ones RGB and drops transparency,
 * and so it is here. Settings that say to convert lay transparency over white.
 */
// Source: transformers 5.23, models/clip/image_processing_pil_clip.py with the settings of Florence-2;
// image_utils.load_image
final class Florence2Processor implements ImageProcessing {
    private static final String PIXEL_VALUES = "pixel_values";
    private static final int REVISION = 1;
    private static final List<Double> MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
    private static final List<Double> STD = List.of(0.26862954, 0.26130258, 0.27577711);
    private static final Set<String> HARMLESS = Set.of(
            "auto_map",
            "processor_class",
            "image_processor_type",
            "image_seq_length",
            "crop_size",
            "default_to_square",
            "data_format",
            "input_data_format",
            "disable_grouping",
            "device",
            "return_tensors",
            "_valid_processor_keys");

    private final RgbPictures pictures;
    private final boolean convert;
    private final int size;

    private Florence2Processor(ModelConfig config, PixelOptions pixels) {
        this.pictures = RgbPictures.read(config, pixels, new Defaults(ResampleFilter.BICUBIC, MEAN, STD, false));
        this.convert = pixels.alpha() != null || config.flag("do_convert_rgb", false);
        ModelConfig given = config.object("size");
        this.size = given.positive("height");
        given.requireOnly("width", size);
        if (!config.flag("do_resize", true)) {
            throw config.refused("do_resize", "true");
        }
        if (config.flag("do_center_crop", true)) {
            throw config.refused("do_center_crop", "false");
        }
        config.refuseOthers(HARMLESS);
    }

    static Florence2Processor read(ModelConfig config, PixelOptions pixels) {
        if (config.has("image_processor_type")
                && !config.text("image_processor_type").startsWith("CLIPImageProcessor")) {
            throw config.refused("image_processor_type", "CLIPImageProcessor");
        }
        return new Florence2Processor(config, pixels);
    }

    /** Pixels a side. */
    int size() {
        return size;
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelImage image = pictures.open(encoded);
        Tensor pixels = pictures.pixelValues(List.of(pictures.resize(image, size, size)));
        return picture(
                PixelTensors.rows(Map.of(PIXEL_VALUES, pixels), PIXEL_VALUES).get(0), image.width(), image.height());
    }

    private static ProcessedImage picture(Tensor pixels, int width, int height) {
        return new ProcessedImage(Map.of(PIXEL_VALUES, pixels), Map.of(), width, height);
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        FramedDigest digest = FramedDigest.tagged("embedonce.preproc.florence2.v2");
        Revisions.put(digest, revisions());
        pictures.describe(digest);
        digest.put("size", size)
                .put("convert", convert); // what it does to pixels, pictures say; kept so that versions last
        return "florence2/" + size + "/" + pictures.label() + "@sha256:" + digest.hexDigest();
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        Revisions steps = new Revisions().uses("florence2.processor", REVISION);
        RgbPictures.describe(steps);
        return steps.all();
    }

    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return pictures(tensors);
    }

    /** As {@link #split}, for which no setting counts. */
    static List<ProcessedImage> pictures(Map<String, Tensor> tensors) {
        return PixelTensors.rows(tensors, PIXEL_VALUES).stream()
                .map(pixels -> picture(pixels, 0, 0))
                .toList();
    }
}
