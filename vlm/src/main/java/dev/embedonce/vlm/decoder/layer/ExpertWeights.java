package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** The networks of a {@link MixtureOfExperts}, in whatever tensors they are published. Immutable. */
public interface ExpertWeights {
    /**
     * Finds the weights of the experts of a layer.
     *
     * @param graph at the layer they belong to
     */
    Experts open(LayerGraph graph);

    /** How many weights one expert has. */
    long weights();

    /**
     * The experts of a layer by number, each an MLP of two linear layers. Any of the three may be given no rows.
     *
     * @param first adds the first layer of an expert to the graph: float32 {@code [tokens, hidden]} to {@code [tokens,
     *     channels]}
     * @param activation of the tokens of all experts alike, each token by itself
     * @param second adds the second layer of an expert: what the activation gives to {@code [tokens, hidden]}
     */
    record Experts(
            BiFunction<Integer, Value, Value> first,
            UnaryOperator<Value> activation,
            BiFunction<Integer, Value, Value> second) {
        /** Gated MLPs: the first layer gives the gate's channels, then those of the up projection. */
        static Experts gated(
                Ops ops,
                BiFunction<Integer, Value, Value> gateUp,
                Activation activation,
                BiFunction<Integer, Value, Value> down) {
            return new Experts(
                    gateUp,
                    x -> {
                        List<Value> halves = ops.split(x, 1, 2);
                        return ops.mul(activation.apply(ops, halves.get(0)), halves.get(1));
                    },
                    down);
        }

        /** Adds a whole expert to the graph. */
        Value apply(int expert, Value x) {
            return second.apply(expert, activation.apply(first.apply(expert, x)));
        }
    }
}
