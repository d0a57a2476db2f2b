package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.Shape;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import java.util.List;
import java.util.stream.Stream;

/**
 * Two networks, of which each token has one: the first if it is of {@link dev.embedonce.vlm.prompt.Prompt#kind} 0, as
 * text is, the second if it is of another. A network is not computed where a run has no token for it.
 */
// Source: transformers 5.23, models/ernie4_5_vl_moe/modeling_ernie4_5_vl_moe.py, Ernie4_5_VLMoeMoeBlock
public record FeedForwardByKind(FeedForward text, FeedForward other) implements FeedForward {
    @Override
    public Value apply(LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        Value sorted = ops.gather(x, TokensByKind.order(graph), 0);
        List<Value> byKind = ops.split(sorted, 0, 2, TokensByKind.counts(graph));
        Value outputs = ops.concat(0, ifAny(graph, text, byKind.get(0)), ifAny(graph, other, byKind.get(1)));
        return ops.gather(outputs, TokensByKind.back(graph), 0);
    }

    private static Value ifAny(LayerGraph graph, FeedForward network, Value x) {
        GraphBuilder builder = graph.ops().graph();
        Value none = builder.constant(Shape.of(0, graph.hiddenSize()));
        return builder.choose(
                graph.ops().less(builder.constant(0), graph.ops().dim(x, 0)),
                () -> network.apply(graph, x),
                () -> builder.op("Identity", none).output());
    }

    @Override
    public long weights() {
        return text.weights() + other.weights();
    }

    @Override
    public List<StepInput> inputs() {
        return Stream.of(List.<StepInput>of(new TokensByKind()), text.inputs(), other.inputs())
                .flatMap(List::stream)
                .toList();
    }
}
