package dev.embedonce.vlm.vision;

import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.key.Revisions;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.vision.GridPinpoints.Grid;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Pictures as the Phi families take them: a canvas of square tiles, and all of it once more as a thumbnail, which is
 * the first of the tiles in {@code pixel_values}, float32 {@code [1 + tiles, 3, side, side]}. Of the features those of
 * the canvas come first, row by row, a learned separator {@code sub_GN} after each row; then another one, {@code
 * glb_GN}; then those of the thumbnail, likewise with separators.
 *
 * @param side pixels a side of a tile
 * @param tokens tokens a side of a tile
 */
// Source: microsoft/Phi-3-vision-128k-instruct, image_processing_phi3_v.py, image_embedding_phi3_v.py
public record SeparatedTiles(int side, int tokens) {
    /** Raised when tokens come in another order, or tiles have other pixels; part of both versions. */
    private static final int REVISION = 1;

    private static final String STEP = "separated-tiles";

    /** int64 {@code [2]}: rows and columns of the canvas's tiles. */
    static final String TILES = "tile_grid";
    /** int64 {@code [2]}: rows and columns of the canvas's tokens, without those that padding alone fills. */
    private static final String SHOWN = "token_grid";

    private static final int SEPARATORS = 2;
    private static final long AFTER_ROW = 0;
    private static final long BEFORE_THUMBNAIL = 1;

    /** Adds the revision of this step. */
    public static void describe(Revisions steps) {
        steps.uses(STEP, REVISION);
    }

    /** All rows or columns of so many tiles. */
    public int all(int tiles) {
        return tiles * tokens;
    }

    /** The tiles of a canvas. */
    public Grid grid(PixelImage canvas) {
        return new Grid(canvas.height() / side, canvas.width() / side);
    }

    /** A canvas as the input of the tower: float32 {@code [1 + tiles, 3, side, side]}. */
    public Tensor pixelValues(RgbPictures pictures, PixelImage canvas) {
        Tensor tiles = pictures.pixelValues(RgbPictures.tiles(canvas, side));
        long[] shape = tiles.shape().clone();
        shape[0]++;
        return Tensor.joined(shape, List.of(pictures.thumbnail(canvas, side), tiles));
    }

    /**
     * A picture ready for the tower.
     *
     * @param pixels float32 {@code [1 + tiles, 3, side, side]}
     * @param rows of the canvas's tokens that are shown, from the first on
     * @param columns likewise
     * @param width of the decoded picture in pixels, 0 if not known
     */
    public static ProcessedImage processed(Tensor pixels, Grid grid, int rows, int columns, int width, int height) {
        return new ProcessedImage(
                Map.of(TileInput.PIXEL_VALUES, pixels),
                Map.of(
                        TILES, Tensor.ofLongs(new long[] {grid.rows(), grid.columns()}, 2),
                        SHOWN, Tensor.ofLongs(new long[] {rows, columns}, 2)),
                width,
                height);
    }

    /**
     * Adds the separators, and puts the tokens of each picture in order.
     *
     * @param scope has the two separators
     * @param features float32, in memory {@code [batch, 1 + tiles, tokens, tokens, channels]}
     * @return float32 {@code [batch, order, channels]}
     */
    public Value ordered(Scope scope, TileInput input, Value features, int channels) {
        Ops ops = scope.ops();
        ops.graph().uses(STEP, REVISION);
        Value separators = ops.concat(
                1,
                scope.view(scope.tensor("sub_GN", 1, 1, 1, channels), 1, 1, channels),
                scope.weight("glb_GN", 1, 1, channels));
        return input.ordered(features, separators, SEPARATORS, channels);
    }

    /** The inputs of the tower for a picture. */
    public Map<String, Tensor> feeds(ProcessedImage image) {
        LongBuffer grid = image.layout(TILES).longs();
        return feeds(image, LongStream.rangeClosed(0, grid.get(0) * grid.get(1)).toArray());
    }

    /**
     * As {@link #feeds(ProcessedImage)}, for a tower that takes the tiles in another order.
     *
     * @param order the number of each tile that it takes
     */
    Map<String, Tensor> feeds(ProcessedImage image, long... order) {
        LongBuffer grid = image.layout(TILES).longs();
        LongBuffer shown = image.layout(SHOWN).longs();
        int[] places = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            places[(int) order[i]] = i;
        }
        LongStream canvas = rows((int) shown.get(0), (int) shown.get(1), (int) grid.get(1), 1, places);
        LongStream thumbnail = rows(tokens, tokens, 1, 0, places);
        long[] all = LongStream.concat(LongStream.concat(canvas, LongStream.of(BEFORE_THUMBNAIL)), thumbnail)
                .toArray();
        Map<String, Tensor> feeds = new HashMap<>(image.inputs());
        feeds.put(TileInput.ORDER, Tensor.ofLongs(all, all.length));
        return feeds;
    }

    /**
     * Rows of tokens over a grid of tiles that begins with tile {@code first}, each with its separator.
     *
     * @param places where the tower has each tile
     */
    private LongStream rows(int rows, int columns, int gridColumns, int first, int... places) {
        return LongStream.range(0, rows)
                .flatMap(y -> LongStream.concat(
                        LongStream.range(0, columns).map(x -> token(x, y, places[tile(x, y, gridColumns, first)])),
                        LongStream.of(AFTER_ROW)));
    }

    private int tile(long x, long y, int gridColumns, int first) {
        return (int) (first + y / tokens * gridColumns + x / tokens);
    }

    private long token(long x, long y, long place) {
        return SEPARATORS + (place * tokens + y % tokens) * tokens + x % tokens;
    }
}
