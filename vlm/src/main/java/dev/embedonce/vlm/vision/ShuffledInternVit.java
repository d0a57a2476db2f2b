package dev.embedonce.vlm.vision;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.InternVit;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import java.util.List;

/**
 * InternViT over square tiles; pixel shuffle, a norm, a projector of two linear layers. Canonical names are those of
 * transformers, {@code vision_tower..} and {@code multi_modal_projector..}.
 *
 * @param config of which is on record what was read
 * @param state which hidden state of the tower, 0 for what goes into its first layer
 * @param scale patches a side of a square
 * @param byColumns whether squares stand column by column (the first version of the models' own pixel shuffle) instead
 *     of row by row
 * @param hidden channels of the language model
 */
// Source: OpenGVLab/InternVL, internvl_chat/internvl/model/internvl_chat/modeling_internvl_chat.py, extract_feature;
// transformers 5.23, models/internvl/modeling_internvl.py, InternVLModel.get_image_features
public record ShuffledInternVit(
        ModelConfig config, InternVit vit, int state, int scale, boolean byColumns, int hidden, Activation activation) {
    private static final int REVISION = 1;

    private static final String TOWER = "vision_tower";
    private static final double EPSILON = 1e-5;

    /** As the models' own code names tensors. */
    private static final NameLayout OWN = NameLayout.replacing(
            "vision_tower.", "vision_model.",
            "encoder.layer.", "encoder.layers.",
            "attention.", "attn.",
            "projection_layer.", "proj.",
            "layernorm_before.", "norm1.",
            "layernorm_after.", "norm2.",
            "lambda_", "ls",
            "cls_token", "class_embedding",
            "position_embeddings", "position_embedding",
            "patch_embeddings.projection.", "patch_embedding.",
            "multi_modal_projector.layer_norm.", "mlp1.0.",
            "multi_modal_projector.linear_1.", "mlp1.1.",
            "multi_modal_projector.linear_2.", "mlp1.3.");

    private static final List<NameLayout> LAYOUTS = List.of(NameLayout.canonical(), NameLayout.prefixed("model."), OWN);

    /**
     * Reads a config of transformers.
     *
     * @throws dev.embedonce.error.ModelLoadException if a field is not supported
     */
    public static ShuffledInternVit read(FamilyFiles files) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        config.oneOf("vision_feature_select_strategy", "default");
        ModelConfig vision = config.object("vision_config");
        vision.oneOf("model_type", "internvl_vision");
        InternVit vit = InternVit.read(vision);
        return new ShuffledInternVit(
                config,
                vit,
                vit.sizes().state(config, "vision_feature_layer", -1),
                scale(config, vit),
                false,
                config.object("text_config").positive("hidden_size", 4096),
                config.activation("projector_hidden_act", Activation.GELU));
    }

    /**
     * Reads a config of the models' own code.
     *
     * @throws dev.embedonce.error.ModelLoadException if a field is not supported
     */
    public static ShuffledInternVit readOwn(FamilyFiles files) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        InternVit vit = InternVit.readOwn(config.object("vision_config"));
        config.requireOnly("force_image_size", vit.imageSize());
        return new ShuffledInternVit(
                config,
                vit,
                vit.sizes().state(config, "select_layer", -1),
                scale(config, vit),
                config.oneOf("ps_version", "v1", "v2").equals("v1"),
                config.object("llm_config").positive("hidden_size", 4096),
                Activation.GELU);
    }

    private static int scale(ModelConfig config, InternVit vit) {
        double ratio = config.number("downsample_ratio", 0.5);
        int scale = (int) Math.round(1 / ratio);
        if (scale * ratio != 1 || vit.side() % scale != 0) {
            throw config.refused(
                    "downsample_ratio", "one by a divisor of the " + vit.side() + " patches a side of a tile");
        }
        return scale;
    }

    /** Pixels a side of a tile. */
    public int side() {
        return vit.imageSize();
    }

    /**
     * Opens the tower: {@code pixel_values}, float32 {@code [tiles, 3, side, side]}, to features, float32
     * {@code [tiles * (patches a side / scale)^2, hidden]}.
     *
     * @param name in the fingerprint, such as {@code internvl.vision}
     */
    public VisionTower open(String name, FamilyFiles files, FamilyOptions options) {
        TowerBuilder builder = new TowerBuilder(
                name,
                REVISION,
                config,
                files,
                options,
                LAYOUTS,
                "vision_tower.embeddings.cls_token",
                "multi_modal_projector.linear_1.weight");
        TileInput input = new TileInput(builder.ops(), side());
        Value patches = vit.hiddenState(builder, TOWER, input.tiles(), state);
        builder.output(VisionFeatures.FEATURES, input.together(projected(builder, patches), hidden), hidden);
        return builder.open(ProcessedImage::inputs);
    }

    /** Float32 {@code [tiles * tokens, hidden]}. */
    private Value projected(TowerBuilder builder, Value patches) {
        Ops ops = builder.ops();
        int channels = vit.channels() * scale * scale;
        int squares = vit.side() / scale;
        Value x = PixelShuffle.apply(ops, patches, vit.side(), scale, vit.channels());
        if (byColumns) {
            Value grid = ops.reshape(x, -1, squares, squares, channels);
            x = ops.reshape(ops.transpose(grid, 0, 2, 1, 3), -1, channels);
        }
        Scope projector = builder.root().at("multi_modal_projector");
        return Mlp.plain(
                Linear.of(projector.at("linear_1"), channels, hidden, true),
                activation,
                Linear.of(projector.at("linear_2"), hidden, hidden, true),
                Norm.layer(projector.at("layer_norm"), x, channels, EPSILON));
    }
}
