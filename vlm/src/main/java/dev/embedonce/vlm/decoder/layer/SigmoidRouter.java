package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/**
 * The experts of the highest scores, each the sigmoid of its own logit, in float32 whatever the layers' numeric mode
 * is. A bias of each expert shapes the choice, and not the weights of the chosen. Its tensors are {@code weight} and
 * {@code e_score_correction_bias} in {@code mlp.gate} of its layer.
 *
 * @param normalised whether the weights of the chosen ones are made to sum to 1 before they are multiplied
 * @param factor what weights are multiplied by
 * @param groups by the scores that shape the choice
 */
// Source: transformers 5.23, models/deepseek_v3/modeling_deepseek_v3.py, DeepseekV3TopkRouter
public record SigmoidRouter(int experts, int perToken, boolean normalised, float factor, ExpertGroups groups)
        implements Router {
    /** Added to the sum that weights are divided by. */
    private static final float TINY = 1e-20f;

    @Override
    public Choice route(LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        Scope gate = graph.layer().in(NumericMode.FLOAT32).at("mlp.gate");
        Value scores =
                ops.sigmoid(Linear.of(gate, graph.hiddenSize(), experts, false).apply(x));
        Value biased = ops.add(scores, gate.weight("e_score_correction_bias", experts));
        Value chosen = ops.topK(groups.limit(ops, biased, experts), ops.graph().constant(perToken), true)
                .get(1);
        Value weights = ops.gatherNd(scores, ops.unsqueeze(chosen, 2), 1);
        if (normalised) {
            Value sum = ops.sum(weights, true, -1);
            weights = ops.div(weights, ops.add(sum, ops.graph().scalar(TINY)));
        }
        return new Choice(
                chosen, factor == 1 ? weights : ops.mul(weights, ops.graph().scalar(factor)));
    }
}
