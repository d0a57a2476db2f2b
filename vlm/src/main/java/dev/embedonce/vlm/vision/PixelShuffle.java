package dev.embedonce.vlm.vision;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/** Squares of a tower's tokens as one token each. */
public final class PixelShuffle {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    private PixelShuffle() {}

    /**
     * Concatenates the channels of the tokens of each square, row by row.
     *
     * @param tokens float32 {@code [tiles, rows * rows, channels]}
     * @param scale tokens a side of a square, a divisor of {@code rows}
     * @return float32 {@code [tiles * (rows / scale)^2, channels * scale^2]}
     */
    public static Value apply(Ops ops, Value tokens, int rows, int scale, int channels) {
        ops.graph().uses("pixel-shuffle", REVISION);
        int squares = rows / scale;
        Value split = ops.reshape(tokens, -1, squares, scale, squares, scale, channels);
        return ops.reshape(ops.transpose(split, 0, 1, 3, 2, 4, 5), -1, (long) channels * scale * scale);
    }
}
