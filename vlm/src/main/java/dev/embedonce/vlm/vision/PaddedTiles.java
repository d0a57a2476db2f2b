package dev.embedonce.vlm.vision;

import java.nio.LongBuffer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Which tiles of a canvas, and which patches of these, padding fills at its right or at its bottom: of all tiles at
 * that edge the same.
 *
 * @param rows of tiles
 * @param columns of tiles
 * @param side patches a side of a tile
 * @param shownRows rows of patches of the canvas that are not padding, at least one of the last row of tiles
 * @param shownColumns columns, likewise
 */
// Source: transformers 5.23, models/phi4_multimodal/modeling_phi4_multimodal.py, Phi4MultimodalVisionEmbeddings.forward
record PaddedTiles(int rows, int columns, int side, int shownRows, int shownColumns) {
    /** int64 {@code [2]}: rows and columns of the canvas's patches that are not padding. */
    static final String PATCHES = "patch_grid";

    private static final float BELOW_ONE = 1 - 1e-6f;

    PaddedTiles {
        if (shownRows <= (rows - 1) * side || shownColumns <= (columns - 1) * side) {
            throw new IllegalArgumentException("padding fills whole ones of " + rows + " x " + columns + " tiles: "
                    + shownRows + " x " + shownColumns + " patches of " + side + " a side are shown");
        }
    }

    static PaddedTiles of(ProcessedImage image, int side) {
        LongBuffer grid = image.layout(SeparatedTiles.TILES).longs();
        LongBuffer shown = image.layout(PATCHES).longs();
        return new PaddedTiles((int) grid.get(0), (int) grid.get(1), side, (int) shown.get(0), (int) shown.get(1));
    }

    /** The numbers of tiles without padding, the thumbnail, 0, among them. */
    long[] whole() {
        return LongStream.rangeClosed(0, (long) rows * columns)
                .filter(tile -> !isEdge(tile))
                .toArray();
    }

    /** The numbers of the others; the last one if there are none. */
    long[] edge() {
        return LongStream.rangeClosed(0, (long) rows * columns)
                .filter(this::isEdge)
                .toArray();
    }

    private boolean isEdge(long tile) {
        if (tile == 0) {
            return false;
        }
        boolean right = shownColumns < columns * side && (tile - 1) % columns == columns - 1;
        boolean below = shownRows < rows * side && (tile - 1) / columns == rows - 1;
        boolean none = shownColumns == columns * side && shownRows == rows * side;
        return right || below || (none && tile == (long) rows * columns);
    }

    /** Rows of patches of an edge tile that are not padding. */
    private int tileRows() {
        return shownRows - (rows - 1) * side;
    }

    private int tileColumns() {
        return shownColumns - (columns - 1) * side;
    }

    /** The patches of an edge tile that are not padding. */
    long[] shown() {
        return IntStream.range(0, tileRows() * tileColumns())
                .mapToLong(i -> (long) i / tileColumns() * side + i % tileColumns())
                .toArray();
    }

    /**
     * The learned position of each patch of an edge tile: those that are shown are spread over all; 0 of the others.
     */
    long[] places() {
        long[] places = new long[side * side];
        for (int row = 0; row < tileRows(); row++) {
            for (int column = 0; column < tileColumns(); column++) {
                places[row * side + column] = bucket(row, tileRows()) * side + bucket(column, tileColumns());
            }
        }
        return places;
    }

    /** In which of {@code side} equal parts of a line number {@code index} of {@code count} equal parts begins. */
    private long bucket(int index, int count) {
        float begin = Math.min(index * (1f / count), BELOW_ONE);
        return IntStream.range(1, side)
                .filter(i -> (float) ((double) i / side) <= begin)
                .count();
    }
}
