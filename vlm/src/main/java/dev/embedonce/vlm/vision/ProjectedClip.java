package dev.embedonce.vlm.vision;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.ClipVision;
import java.util.List;

/**
 * CLIP's hidden states of one or more layers, concatenated, through a projector of two linear layers: what LLaVA and
 * its like make of a square picture. Canonical names are {@code vision_tower.embeddings..} and {@code
 * multi_modal_projector..}.
 *
 * @param classToken whether the class token is one of the features
 */
// Source: transformers 5.23, models/llava/modeling_llava.py, LlavaModel.get_image_features
public record ProjectedClip(ClipVision clip, boolean classToken, LlavaProjector projector) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /** Tensors that tell the layouts apart. */
    public static List<String> probes() {
        return List.of("vision_tower.embeddings.class_embedding", "multi_modal_projector.linear_1.weight");
    }

    /** Whether the tower of a config is CLIP's; a config that does not say has one. */
    public static boolean isIn(ModelConfig config) {
        return config.optionalObject("vision_config")
                .text("model_type", "clip_vision_model")
                .equals("clip_vision_model");
    }

    /**
     * Reads the whole of a config.
     *
     * @throws dev.embedonce.error.ModelLoadException if the tower is not CLIP's or a field is not supported
     */
    public static ProjectedClip read(ModelConfig config) {
        ModelConfig vision = config.object("vision_config");
        vision.oneOf("model_type", "clip_vision_model");
        ClipVision clip = ClipVision.read(vision);
        return new ProjectedClip(
                clip,
                config.oneOf("vision_feature_select_strategy", "default", "full")
                        .equals("full"),
                LlavaProjector.read(config, clip.layers(), LlavaProjector.Missing.LLAVA));
    }

    /** Channels of the language model. */
    public int hidden() {
        return projector.hidden();
    }

    /**
     * Adds tower and projector.
     *
     * @param pixels float32 {@code [pictures, 3, imageSize, imageSize]}
     * @return float32 {@code [pictures, tokens, hidden]}
     */
    public Value apply(TowerBuilder builder, Value pixels) {
        Ops ops = builder.ops();
        ops.graph().uses("projected-clip", REVISION);
        List<Value> chosen = clip.hiddenStates(builder, "vision_tower", pixels, projector.states());
        Value x = LlavaProjector.sideBySide(ops, chosen);
        if (!classToken) {
            x = ops.slice(x, 1, 1, clip.patches() + 1L);
        }
        return projector.applyToPictures(builder, x, clip.channels() * chosen.size());
    }
}
