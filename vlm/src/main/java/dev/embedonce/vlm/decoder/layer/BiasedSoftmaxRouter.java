package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.safetensors.TensorInfo;

/**
 * The experts of the highest probabilities, by a softmax over all, in float32 whatever the layers' numeric mode is. A
 * bias of each expert shapes the choice, and not the weights of the chosen, which are made to sum to 1. Several routers
 * of a layer share its modules {@code mlp.gate} and {@code mlp.moe_statics}.
 *
 * @param least what the sum of the chosen probabilities is taken for where it is smaller
 * @param weight the router's tensor in {@code mlp.gate}, {@code [hidden, experts]}
 * @param row the router's in {@code e_score_correction_bias} of {@code mlp.moe_statics}
 * @param rows how many that has
 */
// Source: transformers 5.23, models/ernie4_5_vl_moe/modeling_ernie4_5_vl_moe.py, Ernie4_5_VLMoeMoeTopKRouter
public record BiasedSoftmaxRouter(int experts, int perToken, float least, String weight, int row, int rows)
        implements Router {
    @Override
    public Choice route(LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        Scope mlp = graph.layer().at("mlp");
        Value probabilities = ops.softmax(ops.matMul(x, mlp.at("gate").weight(weight, graph.hiddenSize(), experts)));
        TensorInfo biases = mlp.at("moe_statics").tensor("e_score_correction_bias", rows, experts);
        Value biased = ops.add(probabilities, mlp.viewFrom(biases, (long) row * experts, experts));
        Value chosen = ops.topK(biased, ops.graph().constant(perToken), true).get(1);
        Value weights = ops.gatherNd(probabilities, ops.unsqueeze(chosen, 2), 1);
        Value sum = ops.max(ops.sum(weights, true, -1), ops.graph().scalar(least));
        return new Choice(chosen, ops.div(weights, sum));
    }
}
