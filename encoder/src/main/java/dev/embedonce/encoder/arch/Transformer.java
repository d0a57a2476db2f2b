package dev.embedonce.encoder.arch;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Pool;
import dev.embedonce.graph.blocks.SelfAttention;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;
import java.util.function.UnaryOperator;

/**
 * The sizes that every transformer encoder has.
 *
 * @param channels of the hidden states
 * @param inner channels inside the MLP
 * @param epsilon of the LayerNorms
 */
record Transformer(int channels, int layers, int heads, int inner, Activation activation, double epsilon) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

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

    /** Whether layer {@code index} need not go on with any token but the first: the last one, unless all are averaged. */
    boolean firstTokenOnly(int index, Pooling pooling) {
        return index == layers - 1 && pooling != Pooling.MEAN;
    }

    /**
     * The attention half of a layer, for all tokens or for the first alone.
     *
     * @return what the attention adds, and what it is added to
     */
    static Attended attend(SelfAttention attention, Value normal, Value x, TokenShape tokens, boolean firstOnly) {
        tokens.ops().graph().uses("transformer", REVISION);
        return firstOnly
                ? new Attended(attention.applyToFirst(normal, tokens), Pool.token(tokens.ops(), tokens.batched(x), 0))
                : new Attended(attention.apply(normal, tokens), x);
    }

    record Attended(Value mixed, Value residual) {}

    /**
     * The class token or the mean of the patch tokens, normalised token by token.
     *
     * @param x the last layer's output: float32 [batch * tokens, channels] for a mean, else [batch, channels]
     * @param prefix the number of tokens before the patches
     * @param norm the final LayerNorm, on float32 [.., channels]
     * @return float32 [batch, channels]
     */
    Value pooled(Value x, TokenShape tokens, int prefix, Pooling pooling, UnaryOperator<Value> norm) {
        tokens.ops().graph().uses("transformer", REVISION);
        Value normal = norm.apply(x);
        return pooling == Pooling.MEAN ? Pool.meanFrom(tokens.ops(), tokens.batched(normal), prefix) : normal;
    }
}
