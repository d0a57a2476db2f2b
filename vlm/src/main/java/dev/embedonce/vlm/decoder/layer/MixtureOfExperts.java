package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
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
     * One row for each choice of each token, sorted by expert. Each expert is a branch that gives the rows of its
     * answers, and none where it was not chosen; one below the other they are the sorted rows. Sorted back, a token's
     * answers are summed in the order of its choice, whatever other tokens are there.
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
        List<Value> isChosen = ops.split(ops.less(builder.scalar(0L), counts), 0, count);
        List<Value> tokens = ops.split(ops.div(order, builder.constant(router.perToken())), 0, count, counts);
        BiFunction<Integer, Value, Value> expert = experts.open(graph);
        Value none = builder.constant(Shape.of(0, graph.hiddenSize()));
        Value[] answers = new Value[count];
        for (int i = 0; i < count; i++) {
            int number = i;
            answers[i] = builder.choose(
                    isChosen.get(i),
                    () -> expert.apply(number, ops.gather(x, tokens.get(number), 0)),
                    () -> builder.op("Identity", none).output());
        }
        return ops.concat(0, answers);
    }

    @Override
    public long weights() {
        return router.experts() * experts.weights();
    }
}
