package dev.embedonce.encoder.arch;

import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/** What the text sides of CLIP and SigLIP have in common beside their layers. */
final class ClipText {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    private ClipText() {}

    /**
     * Token and position embeddings of a text.
     *
     * @param ids int64 [batch, tokens]
     * @return float32 [batch, tokens, channels]
     */
    static Value embed(Scope scope, Value ids, int vocabulary, int maxTokens, int channels) {
        Ops ops = scope.ops();
        ops.graph().uses("clip-text", REVISION);
        // gathered in the checkpoint's type, so that a 16-bit table is not widened whole
        Value table = ops.graph().external(scope.tensor("token_embedding.weight", vocabulary, channels));
        Value words = ops.graph().asFloat32(ops.gather(table, ids, 0));
        Value positions = scope.weight("position_embedding.weight", maxTokens, channels);
        return ops.add(words, ops.sliceTo(positions, 0, ops.dim(ids, 1)));
    }
}
