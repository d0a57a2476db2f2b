package dev.embedonce.vlm.vision;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.util.Arrays;

/**
 * The square tiles of pictures as a graph's input {@code pixel_values}, float32 {@code [batch, tiles, 3, side, side]},
 * and what a tower makes of them merged again.
 */
public final class TileInput {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    public static final String PIXEL_VALUES = "pixel_values";
    /** int64 {@code [order]} */
    public static final String ORDER = "token_order";

    private final Ops ops;
    private final int side;
    private final Value input;

    /** Adds the input. */
    public TileInput(Ops ops, int side) {
        ops.graph().uses("tile-input", REVISION);
        this.ops = ops;
        this.side = side;
        this.input = ops.graph()
                .input(
                        PIXEL_VALUES,
                        TensorType.F32,
                        Dim.free("batch"),
                        Dim.free("tiles"),
                        Dim.of(3),
                        Dim.of(side),
                        Dim.of(side));
    }

    /** All tiles one after the other: float32 {@code [batch * tiles, 3, side, side]}. */
    public Value tiles() {
        return ops.reshape(input, -1, 3, side, side);
    }

    /**
     * Some tiles of each picture one after the other.
     *
     * @param tiles int64 {@code [batch, count]}
     * @return float32 {@code [batch * count, 3, side, side]}
     */
    public Value chosen(Value tiles) {
        return ops.reshape(ops.gatherNd(input, ops.unsqueeze(tiles, 2), 1), -1, 3, side, side);
    }

    /**
     * The tokens of each picture one after the other.
     *
     * @param tokens float32 {@code [batch * tiles, tokens, channels]}
     * @return float32 {@code [batch, tiles * tokens, channels]}
     */
    public Value together(Value tokens, int channels) {
        return ops.reshape(tokens, ops.concat(0, ops.dim(input, 0), ops.graph().constant(-1, channels)));
    }

    /**
     * The tokens of each picture in an order that is the input {@link #ORDER}: the first numbers are those of learned
     * tokens, what follows are the tiles'.
     *
     * @param tokens float32 {@code [batch * tiles, tokens, channels]}
     * @param learned float32 {@code [1, count, channels]}
     * @return float32 {@code [batch, order, channels]}
     */
    public Value ordered(Value tokens, Value learned, int count, int channels) {
        Value all = PatchGrid.prepend(ops, learned, count, channels, together(tokens, channels));
        Value order = ops.graph().input(ORDER, TensorType.I64, Dim.free("batch"), Dim.free("order"));
        return ops.gatherNd(all, ops.unsqueeze(order, 2), 1);
    }

    /**
     * Some of the tiles that a processor has put together.
     *
     * @param all float32 {@code [.., tiles, 3, side, side]}, all other dimensions 1
     * @return a view, float32 {@code [count, 3, side, side]}
     * @throws IllegalArgumentException if there are not so many
     */
    public static Tensor part(Tensor all, int first, int count) {
        long[] shape = Arrays.copyOfRange(all.shape(), all.rank() - 4, all.rank());
        if (first + count > shape[0]) {
            throw new IllegalArgumentException("expected " + (first + count) + " tiles, found " + all);
        }
        shape[0] = count;
        int bytes = Tensor.byteCount(DType.FLOAT32, shape);
        return Tensor.view(DType.FLOAT32, shape, all.data().slice(first * (bytes / count), bytes));
    }
}
