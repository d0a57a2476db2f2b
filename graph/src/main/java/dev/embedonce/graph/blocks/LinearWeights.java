package dev.embedonce.graph.blocks;

import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Value;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

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

    /** Codes and scales of a quantised matrix, in the graph. */
    record Codes(Value codes, Value scales) {}

    /** A quantised matrix, in as many parts as asked for, and what quantising cost. */
    record Quantized(List<Codes> parts, QuantizationError error) {
        public Quantized {
            parts = List.copyOf(parts);
        }
    }

    /**
     * A matrix quantised in the numeric mode of its scope.
     *
     * @param parts how many equal parts of its rows to give
     */
    default Quantized quantized(GraphBuilder graph, WeightMatrix matrix, int parts) {
        graph.uses("block-quantizer", BlockQuantizer.REVISION);
        NumericMode mode = matrix.scope().mode();
        int rows = matrix.out() / parts;
        BlockQuantizer quantizer = BlockQuantizer.of(mode);
        List<Codes> all = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            int first = part * rows;
            ByteBuffer codes = BlockQuantizer.direct(
                    Math.toIntExact(codesShape(mode, rows, matrix.in()).elementCount()));
            ByteBuffer scales = BlockQuantizer.direct(
                    Math.toIntExact(scalesShape(rows, matrix.in()).elementCount() * Float.BYTES));
            quantizer.add(matrix.floats(first, rows), rows, matrix.in(), codes, scales);
            String name = matrix.weight().name() + "@" + (matrix.firstRow() + first) + "." + mode.id();
            all.add(new Codes(
                    graph.initializer(
                            name + ".codes", TensorType.U8, codesShape(mode, rows, matrix.in()), codes.flip()),
                    graph.initializer(
                            name + ".scales", TensorType.F32, scalesShape(rows, matrix.in()), scales.flip())));
        }
        return new Quantized(
                all, new QuantizationError(matrix.label(), mode, quantizer.relativeRms(), quantizer.maxAbsolute()));
    }

    /** Of codes as bytes. */
    static Shape codesShape(NumericMode mode, int rows, int columns) {
        return Shape.of(rows, BlockQuantizer.blocks(columns), (long) BlockQuantizer.BLOCK * mode.bits() / 8);
    }

    /** Of scales. */
    static Shape scalesShape(int rows, int columns) {
        return Shape.of((long) rows * BlockQuantizer.blocks(columns));
    }
}
