package dev.embedonce.vlm.family.aya_vision;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.SiglipVision;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.PixelShuffle;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.TileInput;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.TowerLayouts;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;

/**
 * SigLIP's hidden states of every tile, before the final norm (transformers 4.57 has those after it); pixel shuffle, a
 * norm, a gated projector. The second half of the channels of the projector's first linear layer are gates.
 */
// Source: transformers 5.23, models/aya_vision/modeling_aya_vision.py, AyaVisionMultiModalProjector
final class AyaTower {
    private static final int REVISION = 1;
    private static final String PATH = "vision_tower";
    private static final String LAYER = "vision_feature_layer";

    private AyaTower() {}

    /** Pixels a side of a tile. */
    static int side(ModelConfig config) {
        return siglip(config).imageSize();
    }

    private static SiglipVision siglip(ModelConfig config) {
        ModelConfig vision = config.object("vision_config");
        vision.oneOf("model_type", "siglip_vision_model");
        return SiglipVision.read(vision);
    }

    static VisionTower open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        SiglipVision siglip = siglip(config);
        config.oneOf("vision_feature_select_strategy", "full");
        int state = siglip.sizes().state(config, LAYER, -1);
        TowerBuilder builder = new TowerBuilder(
                "aya_vision.vision",
                REVISION,
                config,
                files,
                options,
                TowerLayouts.LLAVA,
                "vision_tower.embeddings.patch_embedding.weight",
                "multi_modal_projector.linear_1.weight");
        TileInput input = new TileInput(builder.ops(), siglip.imageSize());
        Value tokens = siglip.hiddenStates(builder, PATH, input.tiles(), List.of(state))
                .get(0);
        int hidden = config.object("text_config").positive("hidden_size", 8192);
        Value projected = projected(builder, config, siglip, tokens, hidden);
        builder.output(VisionFeatures.FEATURES, input.together(projected, hidden), hidden);
        return builder.open(ProcessedImage::inputs);
    }

    /** Float32 {@code [tiles * tokens, hidden]}. */
    private static Value projected(
            TowerBuilder builder, ModelConfig config, SiglipVision siglip, Value tokens, int hidden) {
        int scale = config.positive("downsample_factor", 2);
        if (siglip.side() % scale != 0) {
            throw config.refused(
                    "downsample_factor", "a divisor of the " + siglip.side() + " patches a side of a tile");
        }
        int inner = config.positive("alignment_intermediate_size", hidden);
        if (inner % 2 != 0) {
            throw config.refused("alignment_intermediate_size", "an even number");
        }
        Ops ops = builder.ops();
        Scope projector = builder.root().at("multi_modal_projector");
        int channels = siglip.channels() * scale * scale;
        Value squares = PixelShuffle.apply(ops, tokens, siglip.side(), scale, siglip.channels());
        double epsilon = config.number("adapter_layer_norm_eps", 1e-6);
        Value normed = Norm.layer(projector.at("layernorm"), squares, channels, epsilon);
        Linear first = Linear.of(projector.at("linear_1"), channels, inner, true);
        int half = inner / 2;
        return Mlp.gated(
                first.rows(half, half),
                first.rows(0, half),
                Activation.SILU,
                Linear.of(projector.at("linear_2"), half, hidden, true),
                normed);
    }
}
