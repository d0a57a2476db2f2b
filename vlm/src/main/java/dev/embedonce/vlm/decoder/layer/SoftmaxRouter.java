package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import java.util.List;

/**
 * The experts of the highest probabilities: a softmax over all, in float32 whatever the layers' numeric mode is. Its
 * weight is {@code mlp.gate.weight} of its layer.
 *
 * @param normalised whether the weights of the chosen ones are made to sum to 1 before they are multiplied
 * @param factor what weights are multiplied by
 * @param groups by probabilities
 */
// Source: transformers 5.23, models/qwen3_vl_moe/modeling_qwen3_vl_moe.py, Qwen3VLMoeTextTopKRouter;
// models/deepseek_v2/modeling_deepseek_v2.py, DeepseekV2TopkRouter
public record SoftmaxRouter(int experts, int perToken, boolean normalised, float factor, ExpertGroups groups)
        implements Router {
    /** Experts of one group, with weights as they are. */
    public SoftmaxRouter(int experts, int perToken, boolean normalised) {
        this(experts, perToken, normalised, 1, ExpertGroups.ONE);
    }

    @Override
    public Choice route(LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        Value logits = Linear.of(
                        graph.layer().in(NumericMode.FLOAT32).at("mlp.gate"), graph.hiddenSize(), experts, false)
                .apply(x);
        Value probabilities = ops.graph().op("Softmax", logits).with("axis", -1).output();
        List<Value> top =
                ops.topK(groups.limit(ops, probabilities, experts), ops.graph().constant(perToken), true);
        Value weights = top.get(0);
        if (normalised) {
            weights = ops.div(weights, ops.sum(weights, true, -1));
        }
        return new Choice(
                top.get(1), factor == 1 ? weights : ops.mul(weights, ops.graph().scalar(factor)));
    }
}
