package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The usual layer: {@code x + multiplier * mixer(norm(x))}, then {@code x + multiplier * feedForward(norm(x))}.
 *
 * @param multiplier of what is added; 1 in most models
 */
public record ResidualLayer(TokenMixer mixer, FeedForward feedForward, Norms norms, float multiplier)
        implements DecoderLayer {

    /** A layer that adds what its halves make as it is. */
    public ResidualLayer(TokenMixer mixer, FeedForward feedForward, Norms norms) {
        this(mixer, feedForward, norms, 1);
    }

    /**
     * The norms of a layer, by the names of their modules.
     *
     * @param mixer the pre-norm of the mixer
     * @param mixed the post-norm of the mixer, before its result is added; null for none
     * @param feedForward the pre-norm of the feed-forward network
     * @param fed the post-norm of the feed-forward network, before its result is added; null for none
     */
    public record Norms(
            ChannelNorm norm,
            String mixer,
            @Nullable String mixed,
            String feedForward,
            @Nullable String fed) {
        /** Pre-norms, with Llama's names. */
        public static Norms pre(ChannelNorm norm) {
            return new Norms(norm, "input_layernorm", null, "post_attention_layernorm", null);
        }

        /** Sandwich norms, with Gemma's names. */
        public static Norms sandwich(ChannelNorm norm) {
            return new Norms(
                    norm,
                    "input_layernorm",
                    "post_attention_layernorm",
                    "pre_feedforward_layernorm",
                    "post_feedforward_layernorm");
        }

        private Value apply(Scope layer, String name, Value x, int hidden) {
            return norm.apply(layer.at(name), x, hidden);
        }

        private Value applyIfAny(Scope layer, @Nullable String name, Value x, int hidden) {
            return name == null ? x : apply(layer, name, x, hidden);
        }
    }

    @Override
    public Value apply(LayerGraph graph, Value x) {
        Scope layer = graph.layer();
        int hidden = graph.hiddenSize();
        Value mixed = mixer.mix(graph, norms.apply(layer, norms.mixer, x, hidden));
        Value middle = added(graph, x, norms.applyIfAny(layer, norms.mixed, mixed, hidden));
        Value output = feedForward.apply(graph, norms.apply(layer, norms.feedForward, middle, hidden));
        return added(graph, middle, norms.applyIfAny(layer, norms.fed, output, hidden));
    }

    private Value added(LayerGraph graph, Value x, Value more) {
        Ops ops = graph.ops();
        return ops.add(x, multiplier == 1 ? more : ops.mul(more, ops.graph().scalar(multiplier)));
    }

    @Override
    public List<LayerState> states(int layer) {
        return mixer.states(layer);
    }

    @Override
    public List<StepInput> inputs() {
        return Stream.concat(mixer.inputs().stream(), feedForward.inputs().stream())
                .toList();
    }

    @Override
    public long weights() {
        return feedForward.weights();
    }
}
