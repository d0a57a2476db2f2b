package dev.embedonce.vlm.vision;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;
import java.util.List;

/**
 * The projector of LLaVA and its like: which hidden states of a tower it takes, and two linear layers, {@code linear_1}
 * and {@code linear_2} of {@code multi_modal_projector}.
 *
 * @param states which hidden states of the tower, 0 for what goes into its first layer
 * @param hidden channels of the language model
 * @param bias whether both layers have one
 */
// Source: transformers 5.23, models/llava/modeling_llava.py, LlavaMultiModalProjector
public record LlavaProjector(List<Integer> states, int hidden, boolean bias, Activation activation) {
    /** Its name in versions. */
    private static final String BLOCK = "llava-projector";
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    public LlavaProjector {
        states = List.copyOf(states);
    }

    /**
     * Reads the whole of a config.
     *
     * @param layers of the tower
     * @param missing where the config is silent
     * @throws dev.embedonce.error.ModelLoadException if the tower has no such layer or a field is not supported
     */
    public static LlavaProjector read(ModelConfig config, int layers, Missing missing) {
        List<Integer> states = config.integers("vision_feature_layer", List.of(missing.layer)).stream()
                .map(layer -> layer < 0 ? layers + 1 + layer : layer)
                .toList();
        if (states.isEmpty() || states.stream().anyMatch(state -> state < 0 || state > layers)) {
            throw config.refused("vision_feature_layer", "layers of the " + layers);
        }
        return new LlavaProjector(
                states,
                config.object("text_config").positive("hidden_size", missing.hidden),
                config.flag("multimodal_projector_bias", missing.bias),
                config.activation("projector_hidden_act", Activation.GELU));
    }

    /**
     * What a kind of model has where its config is silent.
     *
     * @param layer {@code vision_feature_layer}
     * @param hidden the language model's {@code hidden_size}
     * @param bias {@code multimodal_projector_bias}
     */
    public record Missing(int layer, int hidden, boolean bias) {
        public static final Missing LLAVA = new Missing(-2, 4096, true);
    }

    /**
     * Refuses a config that leaves out the first token of each state, for towers whose first token is a patch like
     * the others.
     *
     * @throws dev.embedonce.error.ModelLoadException if {@code vision_feature_select_strategy} is not full
     */
    public static void requireAllTokens(ModelConfig config) {
        if (!config.oneOf("vision_feature_select_strategy", "default", "full").equals("full")) {
            throw config.refused("vision_feature_select_strategy", "full (the tower has no class token)");
        }
    }

    /** States, each float32 {@code [pictures, tokens, channels]}, as one with the channels of all. */
    public static Value sideBySide(Ops ops, List<Value> states) {
        ops.graph().uses(BLOCK, REVISION);
        return states.size() == 1 ? states.get(0) : ops.concat(2, states.toArray(Value[]::new));
    }

    /**
     * Adds the layers.
     *
     * @param x float32 {@code [tokens, channels]}
     * @return float32 {@code [tokens, hidden]}
     */
    public Value apply(TowerBuilder builder, Value x, int channels) {
        builder.ops().graph().uses(BLOCK, REVISION);
        Scope projector = builder.root().at("multi_modal_projector");
        return Mlp.plain(
                Linear.of(projector.at("linear_1"), channels, hidden, bias),
                activation,
                Linear.of(projector.at("linear_2"), hidden, hidden, bias),
                x);
    }

    /**
     * Adds the layers, for several pictures.
     *
     * @param x float32 {@code [pictures, tokens, channels]}
     * @return float32 {@code [pictures, tokens, hidden]}
     */
    public Value applyToPictures(TowerBuilder builder, Value x, int channels) {
        TokenShape tokens = TokenShape.of(builder.ops(), x);
        return tokens.batched(apply(builder, tokens.flat(x, channels), channels));
    }
}
