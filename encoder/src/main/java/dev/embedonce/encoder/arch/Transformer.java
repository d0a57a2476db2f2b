package dev.embedonce.encoder.arch;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Pool;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import java.util.function.UnaryOperator;

/**
 * The sizes that every transformer encoder has.
 *
 * @param channels of the hidden states
 * @param inner channels inside the MLP
 * @param epsilon of the LayerNorms
 */
record Transformer(int channels, int layers, int heads, int inner, Activation activation, double epsilon) {

    /** Reads the sizes from a config that must say them all. */
    static Transformer required(ModelConfig config) {
        return checked(
                config,
                new Transformer(
                        config.positive("hidden_size"),
                        config.positive("num_hidden_layers"),
                        config.positive("num_attention_heads"),
                        config.positive("intermediate_size"),
                        config.activation("hidden_act"),
                        config.number("layer_norm_eps")));
    }

    /** Reads the sizes from a config that leaves out those that are as in {@code missing}, as nested configs do. */
    static Transformer withDefaults(ModelConfig config, Transformer missing) {
        return checked(
                config,
                new Transformer(
                        config.positive("hidden_size", missing.channels),
                        config.positive("num_hidden_layers", missing.layers),
                        config.positive("num_attention_heads", missing.heads),
                        config.positive("intermediate_size", missing.inner),
                        config.activation("hidden_act", missing.activation),
                        config.number("layer_norm_eps", missing.epsilon)));
    }

    static Transformer checked(ModelConfig config, Transformer sizes) {
        if (sizes.channels % sizes.heads != 0) {
            throw config.refused("num_attention_heads", "a divisor of hidden_size " + sizes.channels);
        }
        return sizes;
    }

    /**
     * The class token or the mean of the patch tokens, normalised token by token.
     *
     * @param x float32 [batch * tokens, channels], the last layer's output
     * @param prefix the number of tokens before the patches
     * @param norm the final LayerNorm, on float32 [.., channels]
     * @return float32 [batch, channels]
     */
    Value pooled(Ops ops, Value x, TokenShape tokens, int prefix, Pooling pooling, UnaryOperator<Value> norm) {
        if (pooling == Pooling.MEAN) {
            return Pool.meanFrom(ops, tokens.batched(norm.apply(x)), prefix);
        }
        return norm.apply(Pool.token(ops, tokens.batched(x), 0));
    }
}
