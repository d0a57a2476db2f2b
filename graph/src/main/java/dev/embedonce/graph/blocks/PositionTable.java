package dev.embedonce.graph.blocks;

import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/**
 * Learned position embeddings of a square grid of patches, resampled to the grid of the picture at hand as {@code
 * torch.nn.functional.interpolate} does with {@code align_corners=False}. A picture of the trained size uses the table
 * itself.
 *
 * <p>Resampling is separable and linear, so it is two small matrix products, {@code rows * table * columns^T}; the
 * graph computes the two matrices from the grid's size. (ONNX has {@code Resize} for it, whose cubic mode is many times
 * slower.)
 */
public enum PositionTable {
    /** {@code mode="bicubic"} */
    BICUBIC(true, -0.75f, false),
    /** {@code mode="bicubic", antialias=True} */
    BICUBIC_ANTIALIAS(true, -0.5f, true),
    /** {@code mode="bilinear"} */
    BILINEAR(false, 0, false),
    /** {@code mode="bilinear", antialias=True} */
    BILINEAR_ANTIALIAS(false, 0, true);

    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    private final boolean cubic;
    private final float coefficient;
    private final boolean antialias;

    PositionTable(boolean cubic, float coefficient, boolean antialias) {
        this.cubic = cubic;
        this.coefficient = coefficient;
        this.antialias = antialias;
    }

    /**
     * The position embeddings of a grid of any size.
     *
     * @param table float32 [side * side, channels], row by row
     * @param size int64 [2]: rows and columns of the grid wanted
     * @return float32 [1, rows * columns, channels]
     */
    public Value resize(Ops ops, Value table, int side, int channels, Value size) {
        ops.graph().uses("position-table", REVISION);
        Value rows = weights(ops, side, ops.slice(size, 0, 0, 1));
        Value columns = weights(ops, side, ops.slice(size, 0, 1, 2));
        Value resizedRows = ops.matMul(rows, ops.reshape(table, side, (long) side * channels));
        Value resized = ops.matMul(columns, ops.reshape(resizedRows, -1, side, channels));
        return ops.reshape(resized, 1, -1, channels);
    }

    /**
     * The weight of each table entry for each position wanted: float32 [count, side]; each row sums to 1.
     *
     * @param count int64 [1]
     */
    private Value weights(Ops ops, int side, Value count) {
        Value half = ops.graph().scalar(0.5f);
        Value wanted = ops.cast(ops.range(ops.squeeze(count, 0)), TensorType.F32);
        Value scale = ops.div(ops.graph().scalar((float) side), ops.cast(count, TensorType.F32));
        Value centre = ops.unsqueeze(ops.mul(ops.add(wanted, half), scale), 1);
        return antialias ? spread(ops, side, scale, centre) : taps(ops, side, ops.sub(centre, half));
    }

    /**
     * With antialiasing: the kernel is stretched over all entries that one position covers, and cut off at the table's
     * ends.
     */
    // Source: torch 2.15, aten/src/ATen/native/cpu/UpSampleKernel.cpp,
    // HelperInterpBase::_compute_indices_min_size_weights_aa
    private Value spread(Ops ops, int side, Value scale, Value centre) {
        float[] middles = new float[side];
        for (int i = 0; i < side; i++) {
            middles[i] = i + 0.5f;
        }
        Value stretch = ops.max(scale, ops.graph().scalar(1f));
        Value distance = ops.div(ops.sub(ops.graph().constant(Shape.of(1, side), middles), centre), stretch);
        Value weights = kernel(ops, ops.abs(distance));
        return ops.div(weights, ops.sum(weights, true, 1));
    }

    /**
     * Without antialiasing: the kernel covers 2 or 4 entries; those outside the table are replaced by the nearest in
     * it.
     */
    // Source: torch 2.15, aten/src/ATen/native/UpSample.h, area_pixel_compute_source_index,
    // get_cubic_upsample_coefficients
    private Value taps(Ops ops, int side, Value centre) {
        float[] offsets = cubic ? new float[] {-1, 0, 1, 2} : new float[] {0, 1};
        float[] places = new float[side];
        for (int i = 0; i < side; i++) {
            places[i] = i;
        }
        Value first = ops.graph().scalar(0f);
        Value last = ops.graph().scalar(side - 1f);
        Value source = cubic ? centre : ops.max(centre, first);
        Value floor = ops.floor(source);
        Value steps = ops.graph().constant(Shape.of(1, offsets.length), offsets);
        Value weights = kernel(ops, ops.abs(ops.sub(steps, ops.sub(source, floor))));
        Value index = ops.clip(ops.add(floor, steps), first, last);
        Value isHere = ops.equal(ops.unsqueeze(index, 2), ops.graph().constant(Shape.of(1, 1, side), places));
        Value scattered = ops.mul(ops.cast(isHere, TensorType.F32), ops.unsqueeze(weights, 2));
        return ops.sum(scattered, false, 1);
    }

    /** The kernel at a distance from its centre, 0 or more: a triangle, or the cubic convolution kernel. */
    private Value kernel(Ops ops, Value distance) {
        Value zero = ops.graph().scalar(0f);
        Value one = ops.graph().scalar(1f);
        if (!cubic) {
            return ops.max(ops.sub(one, distance), zero);
        }
        float a = coefficient;
        Value square = ops.mul(distance, distance);
        Value inner = ops.add(ops.mul(linear(ops, distance, a + 2, -(a + 3)), square), one);
        Value outer = linear(ops, ops.mul(linear(ops, distance, a, -5 * a), distance), 1, 8 * a);
        outer = linear(ops, ops.mul(outer, distance), 1, -4 * a);
        Value reach = ops.graph().scalar(2f);
        return ops.where(ops.less(distance, one), inner, ops.where(ops.less(distance, reach), outer, zero));
    }

    private static Value linear(Ops ops, Value x, float factor, float offset) {
        return ops.add(ops.mul(x, ops.graph().scalar(factor)), ops.graph().scalar(offset));
    }
}
