package dev.embedonce.vlm.vision;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.ClipVision;
import java.util.List;

/**
 * CLIP's hidden states of one or more layers, side by side, through a projector of two linear layers: what LLaVA and its like make of
 * a square picture. Canonical names are {@code vision_tower.embeddings..} and {@code multi_modal_projector..}.
 *
 * @param states which hidden states
 * @param classToken whether the class token is one of the features
 * @param hidden channels of the language model
 * @param bias whether the projector has biases
 */
// Source: transformers 5.23, models/llava/modeling_llava.py, LlavaModel.get_image_features, LlavaMultiModalProjector
public record ProjectedClip(
        ClipVision clip, List<Integer> states, boolean classToken, int hidden, boolean bias, Activation activation) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /** As published, as transformers 5 saves, and as its modules are called; canonical is the second. */
    public static final List<NameLayout> LAYOUTS = List.of(
            NameLayout.replacing("vision_tower.", "vision_tower.vision_model."),
            NameLayout.canonical(),
            NameLayout.prefixed("model."),
            NameLayout.replacing("vision_tower.", "vision_tower.vision_model.").then(name -> "model." + name));

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
        List<Integer> states = config.integers("vision_feature_layer", List.of(-2)).stream()
                .map(layer -> layer < 0 ? clip.layers() + 1 + layer : layer)
                .toList();
        if (states.stream().anyMatch(state -> state < 0 || state > clip.layers())) {
            throw config.refused("vision_feature_layer", "layers of the " + clip.layers());
        }
        return new ProjectedClip(
                clip,
                states,
                config.oneOf("vision_feature_select_strategy", "default", "full")
                        .equals("full"),
                config.object("text_config").positive("hidden_size", 4096),
                config.flag("multimodal_projector_bias", true),
                config.activation("projector_hidden_act", Activation.GELU));
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
        List<Value> chosen = clip.hiddenStates(builder, "vision_tower", pixels, states);
        Value x = chosen.size() == 1 ? chosen.get(0) : ops.concat(2, chosen.toArray(Value[]::new));
        if (!classToken) {
            x = ops.slice(x, 1, 1, clip.patches() + 1L);
        }
        int channels = clip.channels() * states.size();
        TokenShape tokens = TokenShape.of(ops, x);
        Value projected = Mlp.plain(
                Linear.of(builder.root().at("multi_modal_projector.linear_1"), channels, hidden, bias),
                activation,
                Linear.of(builder.root().at("multi_modal_projector.linear_2"), hidden, hidden, bias),
                tokens.flat(x, channels));
        return tokens.batched(projected);
    }
}
