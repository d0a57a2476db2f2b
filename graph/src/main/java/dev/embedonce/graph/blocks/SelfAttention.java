package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import org.jspecify.annotations.Nullable;

/**
 * Self-attention with several heads: three projections, scaled dot products, an output projection. Rotary positions, a bias on
 * the scores and a causal mask are options.
 */
public final class SelfAttention {
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear output;
    private final int heads;
    private @Nullable Rotary rotary;
    private @Nullable Value scoreBias;
    private boolean causal;

    public SelfAttention(Linear query, Linear key, Linear value, Linear output, int heads) {
        this.query = query;
        this.key = key;
        this.value = value;
        this.output = output;
        this.heads = heads;
    }

    /** Rotates queries and keys. */
    public SelfAttention rotary(Rotary positions) {
        this.rotary = positions;
        return this;
    }

    /**
     * Adds a bias to the scores before the softmax.
     *
     * @param bias float32 [batch or 1, heads or 1, tokens, tokens]
     */
    public SelfAttention scoreBias(Value bias) {
        this.scoreBias = bias;
        return this;
    }

    /** No token sees a later one. */
    public SelfAttention causal() {
        this.causal = true;
        return this;
    }

    /**
     * Adds the layer to the graph.
     *
     * @param x float32 [batch * tokens, channels]
     * @return float32 of the same shape
     */
    public Value apply(Value x, TokenShape tokens) {
        Ops ops = query.scope().ops();
        Value q = tokens.batched(query.apply(x));
        Value k = tokens.batched(key.apply(x));
        Value v = tokens.batched(value.apply(x));
        if (rotary != null) {
            q = ops.rotary(q, rotary.cos(), rotary.sin(), heads);
            k = ops.rotary(k, rotary.cos(), rotary.sin(), heads);
        }
        Value mixed = ops.multiHeadAttention(q, k, v, heads, scoreBias, causal);
        return output.apply(tokens.flat(mixed, value.out()));
    }
}
