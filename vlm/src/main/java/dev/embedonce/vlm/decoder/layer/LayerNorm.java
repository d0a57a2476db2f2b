package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Value;

/** LayerNorm with a weight and no bias, as Cohere's models have it. */
// Source: transformers 5.23, models/cohere2/modeling_cohere2.py, Cohere2LayerNorm
public record LayerNorm(double epsilon) implements ChannelNorm {
    @Override
    public Value apply(Scope scope, Value x, int channels) {
        return scope.ops().layerNorm(x, scope.weight("weight", channels), null, (float) epsilon);
    }
}
