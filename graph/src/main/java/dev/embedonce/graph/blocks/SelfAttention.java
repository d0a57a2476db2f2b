package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head self-attention: query, key and value projections, scaled dot-product attention, an output projection.
 * QK-norm, rotary position embeddings, a bias on the scores, a causal mask and windows are options.
 */
public final class SelfAttention {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear output;
    private final int heads;
    private @Nullable QkNorm qkNorm;
    private @Nullable Rotary rotary;
    private @Nullable Value scoreBias;
    private @Nullable Windows windows;
    private @Nullable PartlyShown partlyShown;
    private boolean causal;

    public SelfAttention(Linear query, Linear key, Linear value, Linear output, int heads) {
        this.query = query;
        this.key = key;
        this.value = value;
        this.output = output;
        this.heads = heads;
    }

    private record QkNorm(Scope scope, double epsilon) {
        /** Queries or keys, float32 [rows, channels], normalised head by head. */
        private Value apply(Ops ops, String name, Value x, int channels, int heads) {
            int size = channels / heads;
            return ops.reshape(Norm.rms(scope.at(name), ops.reshape(x, -1, size), size, epsilon), -1, channels);
        }
    }

    /**
     * Normalises queries and keys head by head, before they are rotated.
     *
     * @param scope has the RMSNorms {@code q_norm} and {@code k_norm}, each with as many weights as a head has channels
     */
    public SelfAttention qkNorm(Scope scope, double epsilon) {
        this.qkNorm = new QkNorm(scope, epsilon);
        return this;
    }

    /** Applies a rotary position embedding to queries and keys. */
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

    /** No token attends to those that pictures hide. Not together with windows, a bias on the scores or causality. */
    public SelfAttention partlyShown(PartlyShown pictures) {
        this.partlyShown = pictures;
        return this;
    }

    /** Each token attends to those of its own window only. Not together with a bias on the scores. */
    public SelfAttention windows(Windows tokens) {
        this.windows = tokens;
        return this;
    }

    /** Causal attention: no token attends to a later one. */
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
        Value mixed = mix(tokens.batched(normed("q_norm", query, x)), rotary, x, tokens);
        return output.apply(tokens.flat(mixed, value.out()));
    }

    /**
     * Adds the layer for the first token alone, which still attends to all tokens: all that the last layer of an
     * encoder has to compute if only its class token is used.
     *
     * @param x float32 [batch * tokens, channels]
     * @return float32 [batch, channels]
     * @throws IllegalStateException if the layer is causal, has a bias on the scores or windows, or pictures hide
     *     tokens
     */
    public Value applyToFirst(Value x, TokenShape tokens) {
        if (causal || scoreBias != null || windows != null || partlyShown != null) {
            throw new IllegalStateException(
                    "the first token alone, with a causal mask, a bias, windows or hidden tokens, is not supported");
        }
        Ops ops = query.scope().ops();
        Value first = ops.unsqueeze(normed("q_norm", query, Pool.token(ops, tokens.batched(x), 0)), 1);
        Rotary still = rotary == null
                ? null
                : new Rotary(ops.slice(rotary.cos(), 1, 0, 1), ops.slice(rotary.sin(), 1, 0, 1), rotary.neighbours());
        return output.apply(ops.squeeze(mix(first, still, x, tokens), 1));
    }

    /** The queries or keys of x, float32 [rows, channels]. */
    private Value normed(String name, Linear projection, Value x) {
        Value projected = projection.apply(x);
        return qkNorm == null
                ? projected
                : qkNorm.apply(projection.scope().ops(), name, projected, projection.out(), heads);
    }

    private Value rotated(Ops ops, Value x, Rotary by) {
        return ops.rotary(x, by.cos(), by.sin(), heads, 0, by.neighbours());
    }

    /** The attention of the queries over x, before the output projection: float32 [batch, queries, channels]. */
    private Value mix(Value queries, @Nullable Rotary queryPositions, Value x, TokenShape tokens) {
        Ops ops = query.scope().ops();
        ops.graph().uses("self-attention", REVISION);
        Value q = queries;
        Value k = tokens.batched(normed("k_norm", key, x));
        Value v = tokens.batched(value.apply(x));
        if (rotary != null && queryPositions != null) {
            q = rotated(ops, q, queryPositions);
            k = rotated(ops, k, rotary);
        }
        if (partlyShown != null) {
            return partlyShown.attend(ops, q, k, v, heads);
        }
        if (windows == null) {
            return ops.multiHeadAttention(q, k, v, heads, scoreBias, causal);
        }
        Value mixed = ops.multiHeadAttention(
                windows.into(ops, q, query.out()),
                windows.into(ops, k, key.out()),
                windows.into(ops, v, value.out()),
                heads,
                windows.scoreBias(ops),
                causal);
        return windows.outOf(ops, mixed, value.out());
    }
}
