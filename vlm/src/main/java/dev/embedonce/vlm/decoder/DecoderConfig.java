package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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
 * @param style where it is not like Llama
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
        int levels,
        Style style) {
    private static final int EIGHT = 8;

    /** A model that is like Llama in everything that {@link Style} is about. */
    public DecoderConfig(
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
        this(
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
                levels,
                Style.LLAMA);
    }

    /**
     * What the projections of the attention have.
     *
     * @param inputBias whether those to queries, keys and values have a bias
     * @param outputBias whether the one back has a bias
     * @param headNorm whether queries and keys are normalised, head by head
     * @param mlpBias whether the feed-forward part has biases
     */
    public record Projections(boolean inputBias, boolean outputBias, boolean headNorm, boolean mlpBias) {}

    /**
     * What differs from Llama.
     *
     * @param normOffset what is added to the weights of all norms
     * @param normsBehind whether what a half of a layer adds is normalised too
     * @param embeddingScale what the vectors of tokens are multiplied by; features are not
     * @param blocks whether the tokens of a {@link Prompt.Block} see each other, later ones included
     * @param local the layers that see the last positions only, or null if there are none
     * @param cross the layers that look at states of pictures in place of earlier tokens, numbers from 0 on
     * @param extraTokens vectors that the table has beyond the vocabulary, for tokens that are read and never written
     */
    public record Style(
            float normOffset,
            boolean normsBehind,
            float embeddingScale,
            boolean blocks,
            @Nullable Local local,
            Set<Integer> cross,
            int extraTokens) {
        static final Style LLAMA = new Style(0, false, 1, false, null, Set.of(), 0);

        public Style {
            cross = Set.copyOf(cross);
        }

        /** A model whose layers {@code cross} look at {@link Prompt.States}. */
        public static Style looking(Set<Integer> cross, int extraTokens) {
            return new Style(0, false, 1, false, null, cross, extraTokens);
        }
    }

    /**
     * Layers with a window, and with rotary positions of their own.
     *
     * @param layers which of all layers
     * @param window how many positions a token sees, its own included
     */
    public record Local(Set<Integer> layers, int window, Rotary rotary) {
        public Local {
            layers = Set.copyOf(layers);
        }
    }

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
                count,
                style);
    }

    /**
     * The heads as attention computes them: it wants channels in eights, so heads of other sizes get zeros behind, which change no
     * score and no sum.
     */
    GroupedHeads computedHeads() {
        return computedHeads(heads.window());
    }

    /** Those of a layer that sees so many positions. */
    GroupedHeads computedHeads(int window) {
        int size = (heads.size() + EIGHT - 1) / EIGHT * EIGHT;
        return new GroupedHeads(heads.heads(), heads.kvHeads(), size, heads.scale(), window, heads.softcap());
    }

    /** What is special about a layer that sees the last positions only; null if it sees all. */
    @Nullable
    Local local(int layer) {
        Local local = style.local;
        return local != null && local.layers.contains(layer) ? local : null;
    }

    /** The layers that keep keys and values of tokens, in order. */
    List<Integer> keepingLayers() {
        return IntStream.range(0, layers)
                .filter(layer -> !style.cross.contains(layer))
                .boxed()
                .toList();
    }

    /** Bytes that keys and values of one token take. */
    public long keptBytesPerToken() {
        return 2L * keepingLayers().size() * heads.kvHeads() * computedHeads().size() * Float.BYTES;
    }
}
