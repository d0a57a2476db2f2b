package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.vlm.decoder.layer.ExpertWeights.Experts;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Experts of which a router chooses some for each token: the sum of their outputs by the router's weights. Only chosen
 * experts are computed, each once for all its tokens.
 */
public record MixtureOfExperts(Router router, ExpertWeights experts) implements FeedForward {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /*
     * One row for each choice of each token, sorted by expert. Each expert multiplies its rows; one that was not chosen
     * has none, and costs its call alone. Where weights are widened as they are used, that would be done for all, so
     * each expert is a branch there. Sorted back, a token's answers are summed in the order of its choice, whatever
     * other tokens are there.
     */
    @Override
    public Value apply(LayerGraph graph, Value x) {
        return apply(graph, x, x);
    }

    /**
     * As {@link #apply(LayerGraph, Value)}, with a router whose input is not that of the experts.
     *
     * @param x the input of the experts: float32 {@code [rows * tokens, hidden]}
     * @param routed the input of the router, of the same shape
     * @return float32 of the same shape
     */
    public Value apply(LayerGraph graph, Value x, Value routed) {
        Ops ops = graph.ops();
        ops.graph().uses("mixture-of-experts", REVISION);
        int hidden = graph.hiddenSize();
        Router.Choice choice = router.route(graph, routed);
        Value chosen = ops.reshape(choice.experts(), -1);
        Value all = ops.dim(chosen, 0);
        Value order = ops.topK(chosen, all, false).get(1);
        Value sorted = outputs(graph, x, chosen, order);
        Value back = ops.topK(order, all, false).get(1);
        Value answers = ops.reshape(ops.gather(sorted, back, 0), -1, router.perToken(), hidden);
        return ops.reshape(ops.matMul(ops.unsqueeze(choice.weights(), 1), answers), -1, hidden);
    }

    /**
     * The outputs of all chosen experts.
     *
     * @param chosen int64 {@code [choices]}: the expert of each choice, token by token
     * @param order int64 {@code [choices]}: the choices sorted by expert
     * @return float32 {@code [choices, hidden]}, in that order
     */
    private Value outputs(LayerGraph graph, Value x, Value chosen, Value order) {
        Ops ops = graph.ops();
        GraphBuilder builder = ops.graph();
        int count = router.experts();
        Value numbers = ops.range(builder.scalar((long) count));
        Value isExpert = ops.cast(ops.equal(ops.unsqueeze(chosen, 1), numbers), TensorType.I64);
        Value counts = ops.sum(isExpert, false, 0);
        Value rows = ops.gather(x, ops.div(order, builder.constant(router.perToken())), 0);
        Experts all = experts.open(graph);
        if (!graph.layer().widensAsUsed()) {
            Value first = each(ops, counts, rows, all.first());
            return each(ops, counts, all.activation().apply(first), all.second());
        }
        List<Value> isChosen = ops.split(ops.less(builder.scalar(0L), counts), 0, count);
        Value none = builder.constant(Shape.of(0, graph.hiddenSize()));
        return each(
                ops,
                counts,
                rows,
                (expert, own) -> builder.choose(
                        isChosen.get(expert),
                        () -> all.apply(expert, own),
                        () -> builder.op("Identity", none).output()));
    }

    /** What each expert makes of its rows, of which it has so many, one below the other. */
    private Value each(Ops ops, Value counts, Value rows, BiFunction<Integer, Value, Value> expert) {
        List<Value> own = ops.split(rows, 0, router.experts(), counts);
        Value[] answers = new Value[own.size()];
        for (int i = 0; i < answers.length; i++) {
            answers[i] = expert.apply(i, own.get(i));
        }
        return ops.concat(0, answers);
    }

    @Override
    public long weights() {
        return router.experts() * experts.weights();
    }
}
