package dev.embedonce.graph.blocks;

import dev.embedonce.graph.safetensors.TensorInfo;
import dev.embedonce.graph.safetensors.Weights;

/** A weight {@code [out, in]} that can be quantised: all of a published tensor, or some of its rows. */
public interface WeightMatrix {
    /** The place it is used at; its mode says how to quantise. */
    Scope scope();

    /** The published tensor. */
    TensorInfo weight();

    /** Rows of the tensor before the first of the matrix. */
    int firstRow();

    int in();

    int out();

    /**
     * What its quantised weights are called in graphs and messages: the tensor, and the rows if not from the first on.
     */
    default String label() {
        return firstRow() == 0 ? weight().name() : weight().name() + "@" + firstRow();
    }

    /**
     * How many rows are stored together, column by column: a group of so many is stored as {@code [in, rows]}. 1 where
     * each row is stored by itself.
     */
    default int rowsTogether() {
        return 1;
    }

    /**
     * Some rows, exactly, as float32, row-major.
     *
     * @param first a multiple of {@link #rowsTogether}, as is {@code count}
     */
    default float[] floats(int first, int count) {
        float[] stored = Weights.floats(weight(), (long) (firstRow() + first) * in(), count * in());
        int together = rowsTogether();
        if (together == 1) {
            return stored;
        }
        float[] rows = new float[stored.length];
        for (int i = 0; i < stored.length; i++) {
            int inGroup = i % (together * in());
            int row = i / (together * in()) * together + inGroup % together;
            rows[row * in() + inGroup / together] = stored[i];
        }
        return rows;
    }
}
