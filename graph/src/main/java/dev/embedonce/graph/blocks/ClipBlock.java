package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Value;
import org.jspecify.annotations.Nullable;

/**
 * The pre-norm transformer layer of CLIP and SigLIP, for pictures and texts: norm, attention, residual, norm, MLP,
 * residual.
 *
 * @param channels of the hidden states
 * @param inner hidden channels of the MLP
 * @param epsilon of the LayerNorms
 * @param rotary positions by which queries and keys are rotated, or null
 */
// Source: transformers 5.23, models/clip/modeling_clip.py, CLIPEncoderLayer; models/siglip/modeling_siglip.py,
// SiglipEncoderLayer
public record ClipBlock(
        int channels,
        int heads,
        int inner,
        Activation activation,
        double epsilon,
        @Nullable Rotary rotary) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /**
     * Adds a layer.
     *
     * @param layer the scope of this layer
     * @param x float32 {@code [batch * tokens, channels]}
     * @return float32 of the same shape
     */
    public Value apply(Scope layer, Value x, TokenShape tokens) {
        return mlp(layer, x, attention(layer).apply(normed(layer, x), tokens));
    }

    /** Adds a layer for pictures of which some hide tokens. */
    public Value apply(Scope layer, Value x, TokenShape tokens, PartlyShown pictures) {
        return mlp(layer, x, attention(layer).partlyShown(pictures).apply(normed(layer, x), tokens));
    }

    /** Adds a layer with causal attention. */
    public Value applyCausally(Scope layer, Value x, TokenShape tokens) {
        return mlp(layer, x, attention(layer).causal().apply(normed(layer, x), tokens));
    }

    /**
     * Adds a layer for the first token alone, which still attends to all.
     *
     * @return float32 {@code [batch, channels]}
     */
    public Value applyToFirst(Scope layer, Value x, TokenShape tokens) {
        Value mixed = attention(layer).applyToFirst(normed(layer, x), tokens);
        return mlp(layer, Pool.token(tokens.ops(), tokens.batched(x), 0), mixed);
    }

    private SelfAttention attention(Scope layer) {
        Scope scope = layer.at("self_attn");
        SelfAttention attention = new SelfAttention(
                Linear.of(scope.at("q_proj"), channels, channels, true),
                Linear.of(scope.at("k_proj"), channels, channels, true),
                Linear.of(scope.at("v_proj"), channels, channels, true),
                Linear.of(scope.at("out_proj"), channels, channels, true),
                heads);
        return rotary == null ? attention : attention.rotary(rotary);
    }

    private Value normed(Scope layer, Value x) {
        return Norm.layer(layer.at("layer_norm1"), x, channels, epsilon);
    }

    /** The second half: the residual, then norm and MLP with their residual. */
    private Value mlp(Scope layer, Value residual, Value mixed) {
        layer.ops().graph().uses("clip-block", REVISION);
        Value middle = layer.ops().add(residual, mixed);
        Value mlp = Mlp.plain(
                Linear.of(layer.at("mlp.fc1"), channels, inner, true),
                activation,
                Linear.of(layer.at("mlp.fc2"), inner, channels, true),
                Norm.layer(layer.at("layer_norm2"), middle, channels, epsilon));
        return layer.ops().add(middle, mlp);
    }
}
