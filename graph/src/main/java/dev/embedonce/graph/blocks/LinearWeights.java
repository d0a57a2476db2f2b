package dev.embedonce.graph.blocks;

import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.safetensors.Weights;

/** How the weights of linear layers enter a graph. */
public interface LinearWeights {
    /**
     * 16-bit weights are widened when the model is loaded; quantised ones are made at every load, as part of the
     * model's bytes.
     */
    LinearWeights DEFAULT = new LinearWeights() {};

    /** Whether 16-bit weights are widened each time they are used, and never all at the same time. */
    default boolean widenAsUsed() {
        return false;
    }

    /** Codes and scales of a quantised layer, in the graph, and the error of quantising it. */
    record Quantized(Value codes, Value scales, QuantizationError error) {}

    /** The quantised weights of a layer, in the numeric mode of its scope. */
    default Quantized quantized(GraphBuilder graph, Linear layer) {
        graph.uses("block-quantizer", BlockQuantizer.REVISION);
        NumericMode mode = layer.scope().mode();
        float[] weights = Weights.floats(layer.weight());
        BlockQuantizer.Quantized q = BlockQuantizer.quantize(
                weights, Math.multiplyExact(layer.firstRow(), layer.in()), layer.out(), layer.in(), mode);
        String name = layer.weight().name() + "@" + layer.firstRow() + "." + mode.id();
        return new Quantized(
                graph.initializer(
                        name + ".codes",
                        TensorType.U8,
                        Shape.of(layer.out(), q.blocks(), (long) BlockQuantizer.BLOCK * mode.bits() / 8),
                        q.codes()),
                graph.initializer(
                        name + ".scales", TensorType.F32, Shape.of((long) layer.out() * q.blocks()), q.scales()),
                new QuantizationError(layer.label(), mode, q.relativeRms(), q.maxAbsolute()));
    }
}
