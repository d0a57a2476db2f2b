package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.onnx.Value;
import java.util.List;
import java.util.stream.Stream;

/** The sum of two networks over the same hidden states, such as routed experts and a shared expert. */
public record SummedFeedForward(FeedForward first, FeedForward second) implements FeedForward {
    @Override
    public Value apply(LayerGraph graph, Value x) {
        return graph.ops().add(first.apply(graph, x), second.apply(graph, x));
    }

    @Override
    public long weights() {
        return first.weights() + second.weights();
    }

    @Override
    public List<StepInput> inputs() {
        return Stream.concat(first.inputs().stream(), second.inputs().stream()).toList();
    }
}
