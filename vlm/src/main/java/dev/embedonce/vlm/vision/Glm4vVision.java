package dev.embedonce.vlm.vision;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.CubicPositions;
import dev.embedonce.model.tower.GlmTower;
import dev.embedonce.model.tower.PatchTower;
import dev.embedonce.model.tower.PatchTower.Geometry;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import java.util.List;

/** GLM-4.1V's tower: GLM's without QK-norm, over normalised patches with learned positions interpolated to the grid. */
// Source: transformers 5.23, models/glm4v/modeling_glm4v.py, Glm4vVisionModel
public final class Glm4vVision {
    private static final int REVISION = 1;

    private Glm4vVision() {}

    /**
     * Opens the tower.
     *
     * @param family whose tower it is
     * @param processor patches as it makes them
     */
    public static VisionTower open(String family, FamilyFiles files, FamilyOptions options, Geometry processor) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord()).object("vision_config");
        config.requireOnly("in_channels", 3);
        Geometry geometry = PatchTower.geometry(config, GlmTower.PATCH, processor);
        int outChannels = config.positive("out_hidden_size", 4096);
        GlmTower.Sizes sizes = new GlmTower.Sizes(
                config.positive("hidden_size", 1536),
                config.positive("depth", 24),
                outChannels, // intermediate_size is the merger's
                outChannels,
                config.positive("intermediate_size", 13_696),
                config.activation("hidden_act", Activation.SILU),
                config.number("rms_norm_eps", 1e-5));
        int heads = config.positive("num_heads", 12);
        boolean bias = config.flag("attention_bias", false);
        int side = config.positive("image_size", 336) / geometry.patch();
        if (side < 1) {
            throw config.refused("image_size", "at least a patch's " + geometry.patch() + " pixels");
        }
        TowerBuilder builder = new TowerBuilder(
                family + ".vision",
                REVISION,
                config,
                files,
                options,
                List.of(NameLayout.prefixed("model.visual.")),
                "patch_embed.proj.weight");
        PatchTower patches = new PatchTower(builder, geometry, sizes.channels(), heads);
        new GlmTower(builder, patches, geometry, sizes, new GlmTower.Layers(bias, false, false))
                .output(VisionFeatures.FEATURES, embedded(builder, patches, sizes, side));
        return builder.openOverGrid(
                PatchProcessing::grid, patches.angles(), new CubicPositions(geometry.merge(), side));
    }

    private static Value embedded(TowerBuilder builder, PatchTower patches, GlmTower.Sizes sizes, int side) {
        Ops ops = builder.ops();
        Scope root = builder.root();
        int positions = side * side;
        Value x = Norm.rms(root.at("post_conv_layernorm"), patches.embedded(true), sizes.channels(), sizes.epsilon());
        Value weights = patches.input(CubicPositions.WEIGHTS, TensorType.F32, positions);
        Value table = root.at("embeddings.position_embedding").weight("weight", positions, sizes.channels());
        return ops.add(x, ops.matMul(patches.tokens().flat(weights, positions), table));
    }
}
