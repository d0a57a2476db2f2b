package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/**
 * Attention pooling: one learned query attends to all tokens; a LayerNorm and an MLP follow, with a residual.
 *
 * <p>Weights of the scope: {@code probe}, {@code attention.in_proj_weight}, {@code attention.in_proj_bias}, {@code
 * attention.out_proj}, {@code layernorm}, {@code mlp.fc1}, {@code mlp.fc2}.
 */
// Source: transformers 5.23, models/siglip/modeling_siglip.py, SiglipMultiheadAttentionPoolingHead.forward
public record AttentionPool(int channels, int heads, int inner, Activation activation, double epsilon) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /**
     * Pools.
     *
     * @param x float32 [batch, tokens, channels]
     * @return float32 [batch, channels]
     */
    public Value apply(Scope scope, Value x) {
        Ops ops = scope.ops();
        ops.graph().uses("attention-pool", REVISION);
        TokenShape tokens = TokenShape.of(ops, x);
        Linear all = Linear.of(scope.at("attention"), "in_proj_weight", "in_proj_bias", channels, 3 * channels);
        Value flat = tokens.flat(x, channels);
        Value key = tokens.batched(all.rows(channels, channels).apply(flat));
        Value value = tokens.batched(all.rows(2 * channels, channels).apply(flat));
        Value pooled = ops.multiHeadAttention(query(scope, all, x), key, value, heads, null, false);
        Value output = Linear.of(scope.at("attention.out_proj"), channels, channels, true)
                .apply(ops.reshape(pooled, -1, channels));
        Value normal = Norm.layer(scope.at("layernorm"), output, channels, epsilon);
        Linear first = Linear.of(scope.at("mlp.fc1"), channels, inner, true);
        Linear second = Linear.of(scope.at("mlp.fc2"), inner, channels, true);
        return ops.add(output, Mlp.plain(first, activation, second, normal));
    }

    /** The projected probe, the same for every row: float32 [batch, 1, channels]. */
    private Value query(Scope scope, Linear all, Value x) {
        Ops ops = scope.ops();
        Value probe = scope.view(scope.tensor("probe", 1, 1, channels), 1, channels);
        Value projected = ops.reshape(all.rows(0, channels).apply(probe), 1, 1, channels);
        return ops.expand(projected, ops.concat(0, ops.dim(x, 0), ops.graph().constant(1, channels)));
    }
}
