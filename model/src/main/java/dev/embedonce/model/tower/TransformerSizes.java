package dev.embedonce.model.tower;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.model.ModelConfig;

/**
 * The sizes that every transformer encoder has.
 *
 * @param channels of the hidden states
 * @param inner channels inside the MLP
 * @param epsilon of the LayerNorms
 */
public record TransformerSizes(int channels, int layers, int heads, int inner, Activation activation, double epsilon) {

    /**
     * Reads the sizes from a config that must say them all.
     *
     * @throws dev.embedonce.error.ModelLoadException if one is missing, or the heads do not divide the channels
     */
    public static TransformerSizes read(ModelConfig config) {
        return new TransformerSizes(
                        config.positive("hidden_size"),
                        config.positive("num_hidden_layers"),
                        config.positive("num_attention_heads"),
                        config.positive("intermediate_size"),
                        config.activation("hidden_act"),
                        config.number("layer_norm_eps"))
                .checked(config);
    }

    /**
     * Reads the sizes from a config that leaves out those that are as in {@code missing}, as nested configs do.
     *
     * @throws dev.embedonce.error.ModelLoadException if the heads do not divide the channels
     */
    public static TransformerSizes read(ModelConfig config, TransformerSizes missing) {
        return new TransformerSizes(
                        config.positive("hidden_size", missing.channels),
                        config.positive("num_hidden_layers", missing.layers),
                        config.positive("num_attention_heads", missing.heads),
                        config.positive("intermediate_size", missing.inner),
                        config.activation("hidden_act", missing.activation),
                        config.number("layer_norm_eps", missing.epsilon))
                .checked(config);
    }

    /**
     * These sizes.
     *
     * @throws dev.embedonce.error.ModelLoadException if the heads do not divide the channels
     */
    public TransformerSizes checked(ModelConfig config) {
        if (channels % heads != 0) {
            throw config.refused("num_attention_heads", "a divisor of hidden_size " + channels);
        }
        return this;
    }

    /**
     * Which hidden state a config asks for: 0 is the embedding, n what the nth layer makes; negative numbers count from
     * the last.
     *
     * @param missing where the config is silent
     * @throws dev.embedonce.error.ModelLoadException if there is no such layer
     */
    public int state(ModelConfig config, String field, int missing) {
        int layer = config.integer(field, missing);
        int state = layer < 0 ? layers + 1 + layer : layer;
        if (state < 0 || state > layers) {
            throw config.refused(field, "one of the " + layers + " layers");
        }
        return state;
    }
}
