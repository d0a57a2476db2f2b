package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import java.util.List;

/**
 * The experts of the highest probabilities, by a softmax over all of what is normalised and scaled by channel; their
 * weights sum to 1, and are then multiplied by a number of each expert's own. In the module {@code router} of its
 * layer, in float32 whatever the layers' numeric mode is.
 *
 * @param epsilon of the norm, which has no weight
 */
// Source: transformers 5.23, models/gemma4/modeling_gemma4.py, Gemma4TextRouter
public record ScaledRouter(int experts, int perToken, double epsilon) implements Router {
    @Override
    public Choice route(LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        Scope scope = graph.layer().at("router").in(NumericMode.FLOAT32);
        int hidden = graph.hiddenSize();
        Value scaled = ops.mul(Norm.rms(ops, x, hidden, epsilon), scope.weight("scale", hidden));
        Value logits = Linear.of(scope.at("proj"), hidden, experts, false)
                .apply(ops.mul(scaled, ops.graph().scalar((float) (1 / Math.sqrt(hidden)))));
        List<Value> top = ops.topK(ops.softmax(logits), ops.graph().constant(perToken), true);
        Value weights = ops.div(top.get(0), ops.sum(top.get(0), true, -1));
        Value own = ops.gather(scope.weight("per_expert_scale", experts), top.get(1), 0);
        return new Choice(top.get(1), ops.mul(weights, own));
    }
}
