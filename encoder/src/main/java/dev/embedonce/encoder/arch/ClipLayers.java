package dev.embedonce.encoder.arch;

import dev.embedonce.graph.blocks.ClipBlock;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/** The layers of CLIP and SigLIP, both sides. */
final class ClipLayers {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    private ClipLayers() {}

    /** All the layers of a side, for all its tokens. */
    static Value stack(Tower tower, String list, Transformer sizes, Value x, TokenShape tokens, boolean causal) {
        ClipBlock block = block(tower, sizes);
        Value hidden = x;
        for (int i = 0; i < sizes.layers(); i++) {
            Scope layer = tower.layer(list, i);
            hidden = causal ? block.applyCausally(layer, hidden, tokens) : block.apply(layer, hidden, tokens);
        }
        return hidden;
    }

    /** All the layers of a side, of which that is read which {@link Transformer#pooled} needs. */
    static Value stackFor(Pooling pooling, Tower tower, String list, Transformer sizes, Value x, TokenShape tokens) {
        ClipBlock block = block(tower, sizes);
        Value hidden = x;
        for (int i = 0; i < sizes.layers(); i++) {
            Scope layer = tower.layer(list, i);
            hidden = sizes.firstTokenOnly(i, pooling)
                    ? block.applyToFirst(layer, hidden, tokens)
                    : block.apply(layer, hidden, tokens);
        }
        return hidden;
    }

    private static ClipBlock block(Tower tower, Transformer sizes) {
        tower.ops().graph().uses("clip-layers", REVISION);
        return new ClipBlock(sizes.channels(), sizes.heads(), sizes.inner(), sizes.activation(), sizes.epsilon());
    }

    /**
     * Token and position embeddings of a text.
     *
     * @param ids int64 [batch, tokens]
     * @return float32 [batch, tokens, channels]
     */
    static Value embedText(Scope scope, Value ids, int vocabulary, int maxTokens, int channels) {
        Ops ops = scope.ops();
        ops.graph().uses("clip-layers", REVISION);
        // gathered in the checkpoint's type, so that a 16-bit table is not widened whole
        Value table = ops.graph().external(scope.tensor("token_embedding.weight", vocabulary, channels));
        Value words = ops.graph().asFloat32(ops.gather(table, ids, 0));
        Value positions = scope.weight("position_embedding.weight", maxTokens, channels);
        return ops.add(words, ops.sliceTo(positions, 0, ops.dim(ids, 1)));
    }
}
