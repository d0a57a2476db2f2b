package dev.embedonce.encoder.arch;

import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Pool;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.SelfAttention;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.tower.TransformerSizes;

/** What the Vision Transformers of encoders have in common beside their sizes: what is read of the last layer. */
final class Transformer {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    private Transformer() {}

    /**
     * Whether layer {@code index} need not go on with any token but the first: the last one, unless all are averaged.
     */
    static boolean firstTokenOnly(TransformerSizes sizes, int index, Pooling pooling) {
        return index == sizes.layers() - 1 && pooling != Pooling.MEAN;
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
     * @param norm the final LayerNorm
     * @return float32 [batch, channels]
     */
    static Value pooled(TransformerSizes sizes, Value x, TokenShape tokens, int prefix, Pooling pooling, Scope norm) {
        tokens.ops().graph().uses("transformer", REVISION);
        Value normal = Norm.layer(norm, x, sizes.channels(), sizes.epsilon());
        return pooling == Pooling.MEAN ? Pool.meanFrom(tokens.ops(), tokens.batched(normal), prefix) : normal;
    }
}
