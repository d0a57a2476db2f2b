package dev.embedonce.vlm.family.glm_ocr;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.GlmTower;
import dev.embedonce.model.tower.PatchTower;
import dev.embedonce.model.tower.PatchTower.Geometry;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.PatchProcessing;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;

/** The tower: GLM's, with biases and QK-norm; patches have rotary positions only. */
// Source: transformers 5.23, models/glm_ocr/modeling_glm_ocr.py, GlmOcrVisionModel
final class GlmOcrVision {
    private static final int REVISION = 1;

    private GlmOcrVision() {}

    static VisionTower open(FamilyFiles files, FamilyOptions options, Geometry processor) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord()).object("vision_config");
        config.requireOnly("in_channels", 3);
        Geometry geometry = PatchTower.geometry(config, GlmTower.PATCH, processor);
        boolean bias = config.flag("attention_bias", true);
        int outChannels = config.positive("out_hidden_size", 1536);
        GlmTower.Sizes sizes = new GlmTower.Sizes(
                config.positive("hidden_size", 1024),
                config.positive("depth", 24),
                config.positive("intermediate_size", 4096),
                outChannels,
                3 * outChannels,
                config.activation("hidden_act", Activation.SILU),
                config.number("rms_norm_eps", 1e-5));
        int heads = config.positive("num_heads", 16);
        TowerBuilder builder = new TowerBuilder(
                "glm_ocr.vision",
                REVISION,
                config,
                files,
                options,
                List.of(NameLayout.prefixed("model.visual.")),
                "patch_embed.proj.weight");
        PatchTower patches = new PatchTower(builder, geometry, sizes.channels(), heads);
        new GlmTower(builder, patches, geometry, sizes, new GlmTower.Layers(bias, bias, true))
                .output(VisionFeatures.FEATURES, patches.embedded(true));
        return builder.openOverGrid(PatchProcessing::grid, patches.angles());
    }
}
