package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;

/**
 * A language model of the Llama kind: pre-norm layers of grouped attention with rotary positions and a gated feed-forward part,
 * RMSNorm throughout.
 *
 * @param hiddenSize channels of the hidden states
 * @param layers how many layers
 * @param vocabulary how many token ids, those of the embedding table
 * @param contextTokens the most positions the model was made for
 * @param heads of the attention
 * @param projections which projections of the attention have what
 * @param intermediateSize channels within the feed-forward part
 * @param activation of the gate
 * @param epsilon of the norms
 * @param tied whether the output layer is the embedding table
 * @param rotary the positions
 * @param levels how many of the first layers get features of their own added behind them (deepstack)
 */
public record DecoderConfig(
        int hiddenSize,
        int layers,
        int vocabulary,
        int contextTokens,
        GroupedHeads heads,
        Projections projections,
        int intermediateSize,
        Activation activation,
        double epsilon,
        boolean tied,
        Rotary rotary,
        int levels) {
    private static final int EIGHT = 8;

    /**
     * What the projections of the attention have.
     *
     * @param inputBias whether those to queries, keys and values have a bias
     * @param outputBias whether the one back has a bias
     * @param headNorm whether queries and keys are normalised, head by head
     * @param mlpBias whether the feed-forward part has biases
     */
    public record Projections(boolean inputBias, boolean outputBias, boolean headNorm, boolean mlpBias) {}

    /** The same model with deepstack features behind its first layers. */
    public DecoderConfig withLevels(int count) {
        return new DecoderConfig(
                hiddenSize,
                layers,
                vocabulary,
                contextTokens,
                heads,
                projections,
                intermediateSize,
                activation,
                epsilon,
                tied,
                rotary,
                count);
    }

    /**
     * The heads as attention computes them: it wants channels in eights, so heads of other sizes get zeros behind, which change no
     * score and no sum.
     */
    GroupedHeads computedHeads() {
        int size = (heads.size() + EIGHT - 1) / EIGHT * EIGHT;
        return new GroupedHeads(heads.heads(), heads.kvHeads(), size, heads.scale(), heads.window(), heads.softcap());
    }

    /** Bytes that keys and values of one token take. */
    public long keptBytesPerToken() {
        return 2L * layers * heads.kvHeads() * computedHeads().size() * Float.BYTES;
    }
}
