package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import java.util.List;
import java.util.stream.Stream;

/**
 * A parallel layer: mixer and feed-forward network share their normalised input: {@code x + mixer(norm(x)) +
 * feedForward(norm(x))}.
 *
 * @param norm before both, called {@code input_layernorm}
 */
// Source: transformers 5.23, models/cohere2/modeling_cohere2.py, Cohere2DecoderLayer
public record ParallelLayer(TokenMixer mixer, FeedForward feedForward, ChannelNorm norm) implements DecoderLayer {
    @Override
    public Value apply(LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        Value normed = norm.apply(graph.layer().at("input_layernorm"), x, graph.hiddenSize());
        return ops.add(ops.add(x, mixer.mix(graph, normed)), feedForward.apply(graph, normed));
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
