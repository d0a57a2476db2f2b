package dev.embedonce.vlm.family.florence2;

import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.PlainProcessing;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.ProcessorSettings;
import dev.embedonce.vlm.vision.RgbPictures;
import dev.embedonce.vlm.vision.RgbPictures.Defaults;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Pictures squeezed into a square: {@code pixel_values}, float32 {@code [3, size, size]}. The published settings do not
 * convert to RGB ({@code do_convert_rgb: null}): pictures come to the reference by its {@code load_image}, which makes
 * grey ones RGB and drops transparency, and so it is here. Settings that say to convert lay transparency over white.
 */
// Source: transformers 5.23, models/clip/image_processing_pil_clip.py with the settings of Florence-2;
// image_utils.load_image
final class Florence2Processor implements ImageProcessing {
    private static final int REVISION = 1;

    private final RgbPictures pictures;
    private final boolean convert;
    private final int size;

    private Florence2Processor(ModelConfig config, PixelOptions pixels) {
        this.pictures = RgbPictures.read(config, pixels, new Defaults(ResampleFilter.BICUBIC, ImageNorm.CLIP, false));
        this.convert = pixels.alpha() != null || config.flag("do_convert_rgb", false);
        ModelConfig given = config.object("size");
        this.size = given.positive("height");
        given.requireOnly("width", size);
        ProcessorSettings.requireFlag(config, "do_resize", true);
        if (config.flag("do_center_crop", true)) {
            throw config.refused("do_center_crop", "false");
        }
        ProcessorSettings.refuseOthers(config, "auto_map", "image_seq_length", "crop_size", "_valid_processor_keys");
    }

    static Florence2Processor read(ModelConfig config, PixelOptions pixels) {
        ProcessorSettings.requireClass(config, "CLIPImageProcessor");
        return new Florence2Processor(config, pixels);
    }

    /** Pixels a side. */
    int size() {
        return size;
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelImage image = pictures.open(encoded);
        Tensor pixels = pictures.pixelValues(pictures.resize(image, size, size));
        return new ProcessedImage(Map.of("pixel_values", pixels), Map.of(), image.width(), image.height());
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        FramedDigest digest = RgbPictures.digest("florence2", revisions());
        pictures.describe(digest);
        digest.put("size", size)
                .put("convert", convert); // what it does to pixels, pictures say; kept so that versions last
        return pictures.version("florence2/" + size, digest);
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        return pictures.steps("florence2.processor", REVISION);
    }

    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return PlainProcessing.pictures(tensors);
    }
}
