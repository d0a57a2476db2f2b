package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Node;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/**
 * Learned positions of a square grid of patches, resampled to the grid of the picture at hand as {@code
 * torch.nn.functional.interpolate} does with {@code align_corners=False}. A picture of the trained size gets the table itself.
 */
public enum PositionTable {
    /** {@code mode="bicubic"} */
    BICUBIC("cubic", -0.75f, false),
    /** {@code mode="bicubic", antialias=True} */
    BICUBIC_ANTIALIAS("cubic", -0.5f, true),
    /** {@code mode="bilinear"} */
    BILINEAR("linear", 0, false),
    /** {@code mode="bilinear", antialias=True} */
    BILINEAR_ANTIALIAS("linear", 0, true);

    private final String mode;
    private final float cubicCoefficient;
    private final boolean antialias;

    PositionTable(String mode, float cubicCoefficient, boolean antialias) {
        this.mode = mode;
        this.cubicCoefficient = cubicCoefficient;
        this.antialias = antialias;
    }

    /**
     * The positions of a grid of any size.
     *
     * @param table float32 [side * side, channels], row by row
     * @param size int64 [2]: rows and columns of the grid wanted
     * @return float32 [1, rows * columns, channels]
     */
    public Value resize(Ops ops, Value table, int side, int channels, Value size) {
        Value grid = ops.transpose(ops.reshape(table, 1, side, side, channels), 0, 3, 1, 2);
        Value wanted = ops.concat(0, ops.graph().constant(1, channels), size);
        Node resize = ops.graph()
                .op("Resize", grid, null, null, wanted)
                .with("mode", mode)
                .with("coordinate_transformation_mode", "half_pixel")
                .with("antialias", antialias ? 1 : 0)
                .with("exclude_outside", antialias ? 1 : 0);
        if (mode.equals("cubic")) {
            resize.with("cubic_coeff_a", cubicCoefficient);
        }
        return ops.transpose(ops.reshape(resize.output(), 1, channels, -1), 0, 2, 1);
    }
}
