package dev.embedonce.encoder;

import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Multiplies one small matrix in float32 and with quantised weights, to see which is faster on this processor. The
 * weights are all zero, which takes as long as any others.
 */
final class QuantizedTrial {
    /** The tokens of a picture of 224 in patches of 14, and the width of a small vision transformer. */
    private static final int ROWS = 256;

    private static final int WIDTH = 384;
    private static final int BLOCK = 32;
    private static final int ROUNDS = 7;

    private QuantizedTrial() {}

    /**
     * The time of the quantised product divided by that of the float32 product; the least of several of each, in turns,
     * on this thread. Takes some hundredths of a second.
     */
    static double run(NumericMode mode) {
        Tensor x = Tensor.ofFloats(new float[ROWS * WIDTH], ROWS, WIDTH);
        try (OnnxSession plain = open(NumericMode.FLOAT32);
                OnnxSession quantized = open(mode)) {
            long least = Long.MAX_VALUE;
            long leastQuantized = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS; round++) {
                least = Math.min(least, nanos(plain, x));
                leastQuantized = Math.min(leastQuantized, nanos(quantized, x));
            }
            return (double) leastQuantized / least;
        }
    }

    private static long nanos(OnnxSession session, Tensor x) {
        long start = System.nanoTime();
        session.run(Map.of("x", x));
        return System.nanoTime() - start;
    }

    private static OnnxSession open(NumericMode mode) {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", TensorType.F32, Dim.of(ROWS), Dim.of(WIDTH));
        graph.output("y", mode == NumericMode.FLOAT32 ? product(graph, x) : quantized(graph, x, mode));
        return OnnxSession.open("trial of " + mode, graph.build(), SessionOptions.DEFAULT);
    }

    private static Value product(GraphBuilder graph, Value x) {
        Value w = graph.initializer(
                "w", TensorType.F32, Shape.of(WIDTH, WIDTH), ByteBuffer.allocate(WIDTH * WIDTH * Float.BYTES));
        return new Ops(graph).linear(x, w, null);
    }

    /** As {@code Linear} writes it for models. */
    private static Value quantized(GraphBuilder graph, Value x, NumericMode mode) {
        int blocks = WIDTH / BLOCK;
        int codeBytes = BLOCK * mode.bits() / Byte.SIZE;
        Value codes = graph.initializer(
                "codes",
                TensorType.U8,
                Shape.of(WIDTH, blocks, codeBytes),
                ByteBuffer.allocate(WIDTH * blocks * codeBytes));
        Value scales = graph.initializer(
                "scales",
                TensorType.F32,
                Shape.of((long) WIDTH * blocks),
                ByteBuffer.allocate(WIDTH * blocks * Float.BYTES));
        return graph.contrib("MatMulNBits", x, codes, scales)
                .with("K", WIDTH)
                .with("N", WIDTH)
                .with("bits", mode.bits())
                .with("block_size", BLOCK)
                .with("accuracy_level", 4)
                .output();
    }
}
