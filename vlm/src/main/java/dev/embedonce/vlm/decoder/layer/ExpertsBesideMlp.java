package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import java.util.List;
import java.util.stream.Stream;

/**
 * A sandwich-norm layer whose second half is an MLP and experts in parallel, each with norms of its own; the router
 * takes the hidden states before any norm.
 *
 * @param norm of all norms, with Gemma's names
 */
// Source: transformers 5.23, models/gemma4/modeling_gemma4.py, Gemma4TextDecoderLayer
public record ExpertsBesideMlp(TokenMixer mixer, FeedForward mlp, MixtureOfExperts experts, ChannelNorm norm)
        implements DecoderLayer {
    @Override
    public Value apply(LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        Value mixed = mixer.mix(graph, normed(graph, "input_layernorm", x));
        Value middle = ops.add(x, normed(graph, "post_attention_layernorm", mixed));
        Value dense = mlp.apply(graph, normed(graph, "pre_feedforward_layernorm", middle));
        Value chosen = experts.apply(graph, normed(graph, "pre_feedforward_layernorm_2", middle), middle);
        Value both = ops.add(
                normed(graph, "post_feedforward_layernorm_1", dense),
                normed(graph, "post_feedforward_layernorm_2", chosen));
        return ops.add(middle, normed(graph, "post_feedforward_layernorm", both));
    }

    private Value normed(LayerGraph graph, String name, Value x) {
        return norm.apply(graph.layer().at(name), x, graph.hiddenSize());
    }

    @Override
    public List<LayerState> states(int layer) {
        return mixer.states(layer);
    }

    @Override
    public List<StepInput> inputs() {
        return Stream.of(mixer.inputs(), mlp.inputs(), experts.inputs())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public long weights() {
        return mlp.weights() + experts.weights();
    }
}
