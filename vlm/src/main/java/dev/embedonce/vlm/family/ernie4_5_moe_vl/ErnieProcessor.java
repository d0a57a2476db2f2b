package dev.embedonce.vlm.family.ernie4_5_moe_vl;

import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.process.ResizeRule;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchTower.Geometry;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.PatchProcessing;
import dev.embedonce.vlm.vision.PatchProcessing.Sizes;
import dev.embedonce.vlm.vision.ProcessorSettings;
import java.util.List;
import java.util.Optional;

/**
 * Reads the settings of either processor. The published code's drops transparency, as it converts pictures by Pillow
 * alone, and takes the limits of their sizes from {@code processor_config.json}, not from {@code
 * preprocessor_config.json}. It multiplies by 1/255 in float32, where transformers does so in float64, as is done here:
 * samples differ by less than 1e-6.
 */
// Source: transformers 5.23, models/ernie4_5_vl_moe/image_processing_pil_ernie4_5_vl_moe.py; PaddleFormers,
// transformers/ernie4_5_moe_vl/image_processor.py, processor.py; vLLM, vllm/model_executor/models/ernie45_vl.py
final class ErnieProcessor {
    /** What the published code names, and transformers' classes do, too. */
    private static final String ANY = "Ernie4_5_VL";

    private static final int LEAST = 56 * 56;
    private static final int MOST = 28 * 28 * 6177;

    private ErnieProcessor() {}

    static PatchProcessing read(FamilyFiles files, PixelOptions options) {
        ModelConfig config = files.imageProcessor();
        ProcessorSettings.requireClass(config, ANY);
        return config.text("image_processor_type", ANY).contains("Moe")
                ? transformers(config, options)
                : published(config, files.json().config("processor_config.json"), options);
    }

    private static Geometry geometry(ModelConfig config) {
        return new Geometry(config.positive("patch_size", 14), config.positive("merge_size", 2), 1);
    }

    private static PatchProcessing transformers(ModelConfig config, PixelOptions options) {
        if (config.positive("temporal_patch_size", 1) != 1) {
            throw config.refused("temporal_patch_size", "1");
        }
        ModelConfig size = config.optionalObject("size");
        Sizes sizes = new Sizes(
                size.positive("shortest_edge", LEAST),
                size.positive("longest_edge", MOST),
                1,
                ResizeRule.Multiples::new);
        return PatchProcessing.of(config, options, geometry(config), sizes);
    }

    private static PatchProcessing published(
            ModelConfig config, Optional<ModelConfig> processor, PixelOptions options) {
        ModelConfig unasked = config.optionalObject("size");
        List.of("min_pixels", "max_pixels", "shortest_edge", "longest_edge").forEach(name -> unasked.natural(name, 0));
        Sizes sizes = new Sizes(
                processor
                        .map(limits -> limits.positive("image_min_pixels", LEAST))
                        .orElse(LEAST),
                processor
                        .map(limits -> limits.positive("image_max_pixels", MOST))
                        .orElse(MOST),
                1,
                ResizeRule.BoundedMultiples::new);
        AlphaPolicy alpha = options.alpha() == null ? AlphaPolicy.DROP : options.alpha();
        return PatchProcessing.of(
                config,
                options.withAlpha(alpha),
                geometry(config),
                sizes,
                "min_pixels",
                "max_pixels",
                "temporal_conv_size");
    }
}
