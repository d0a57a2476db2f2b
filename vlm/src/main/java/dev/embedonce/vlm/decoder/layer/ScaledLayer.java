package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A layer that adds an input of its own, and multiplies the result by its {@code layer_scalar}.
 *
 * @param inner the layer before that
 * @param perLayer the inputs; null for none
 */
// Source: transformers 5.23, models/gemma4/modeling_gemma4.py, Gemma4TextDecoderLayer
public record ScaledLayer(DecoderLayer inner, @Nullable PerLayerInputs perLayer) implements DecoderLayer {
    @Override
    public Value apply(LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        if (perLayer != null && graph.number() == 0) {
            perLayer.hand(graph, x);
        }
        Value y = inner.apply(graph, x);
        if (perLayer != null) {
            y = ops.add(y, perLayer.residual(graph, y));
        }
        return ops.mul(y, graph.layer().weight("layer_scalar", 1));
    }

    @Override
    public List<LayerState> states(int layer) {
        return inner.states(layer);
    }

    @Override
    public List<StepInput> inputs() {
        return inner.inputs();
    }

    @Override
    public List<TokenTable> tables() {
        return perLayer == null ? List.of() : List.of(perLayer.table());
    }

    @Override
    public long weights() {
        return inner.weights();
    }
}
