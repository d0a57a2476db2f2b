package dev.embedonce.vlm.family.gemma4;

import dev.embedonce.model.tower.PatchFeeds;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Puts the patches of a picture, which come row by row, in another order: those that become one token stand together.
 * Says where each stands: {@link #ROWS} and {@link #COLUMNS}.
 *
 * @param side patches a side of a square
 */
record Squares(int side) implements PatchFeeds {
    /** int64 {@code [patches]} */
    static final String ROWS = "rows";
    /** int64 {@code [patches]} */
    static final String COLUMNS = "columns";

    @Override
    public String block() {
        return "gemma4.squares";
    }

    @Override
    public int revision() {
        return 1;
    }

    @Override
    public void put(int rows, int columns, Map<String, Tensor> feeds) {
        Tensor patches = feeds.get(Gemma4Processor.PIXEL_VALUES);
        if (patches == null || patches.dim(0) != (long) rows * columns || rows % side != 0 || columns % side != 0) {
            throw new IllegalArgumentException(
                    "no whole tokens: " + rows + " rows and " + columns + " columns of patches in " + patches);
        }
        int length = Math.toIntExact(patches.dim(1)) * Float.BYTES;
        ByteBuffer from = patches.data();
        ByteBuffer moved = Tensor.direct(patches.dtype(), patches.shape());
        long[] rowOf = new long[rows * columns];
        long[] columnOf = new long[rows * columns];
        PatchFeeds.forEachPatch(rows, columns, side, (row, column) -> {
            int next = moved.position() / length;
            rowOf[next] = row;
            columnOf[next] = column;
            moved.put(from.slice(from.position() + (row * columns + column) * length, length));
        });
        feeds.put(Gemma4Processor.PIXEL_VALUES, Tensor.view(patches.dtype(), patches.shape(), moved.flip()));
        feeds.put(ROWS, Tensor.ofLongs(rowOf, rowOf.length));
        feeds.put(COLUMNS, Tensor.ofLongs(columnOf, columnOf.length));
    }
}
