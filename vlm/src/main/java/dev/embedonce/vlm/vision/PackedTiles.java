package dev.embedonce.vlm.vision;

import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.vision.GridPinpoints.Inner;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/**
 * How LLaVA-NeXT and its like pack the features of the tiles that {@link PinpointProcessing} makes: those of the
 * picture as a whole, then those of the whole canvas row by row, without what padding fills, and a learned one, {@code
 * image_newline}, after each row.
 *
 * @param imageSize pixels a side of a tile
 * @param patchSize pixels a side of a patch; what is left over of a tile has no features
 * @param hidden channels of the language model
 */
// Source: transformers 5.23, models/llava_next/modeling_llava_next.py, LlavaNextModel.pack_image_features
public record PackedTiles(int imageSize, int patchSize, int hidden) {
    /** Raised when tiles are packed otherwise; part of the model version. */
    private static final int REVISION = 1;

    /**
     * Adds the tower and the packing, and opens them.
     *
     * @param tower from tiles, float32 {@code [tiles, 3, imageSize, imageSize]}, to features, float32
     *     {@code [tiles, tokens, hidden]}, the patches of a tile row by row
     */
    public VisionTower open(TowerBuilder builder, UnaryOperator<Value> tower) {
        TileInput input = new TileInput(builder.ops(), imageSize);
        Value tokens = tower.apply(input.tiles());
        Scope root = builder.root();
        Value newline = root.view(root.tensor("image_newline", hidden), 1, 1, hidden);
        builder.output(VisionFeatures.FEATURES, input.ordered(tokens, newline, 1, hidden), hidden);
        builder.ops().graph().uses("packed-tiles", REVISION);
        builder.ops().graph().uses(GridPinpoints.BLOCK, GridPinpoints.REVISION);
        return builder.open(this::feeds);
    }

    private Map<String, Tensor> feeds(ProcessedImage image) {
        Map<String, Tensor> feeds = new HashMap<>(image.inputs());
        long[] order = order(image, imageSize / patchSize).toArray();
        feeds.put(TileInput.ORDER, Tensor.ofLongs(order, order.length));
        return feeds;
    }

    /** All tokens of the picture as a whole; then those of the canvas that no padding fills, and 0 after each row. */
    private static LongStream order(ProcessedImage image, int side) {
        LongBuffer size = image.layout(PinpointProcessing.SIZES).longs();
        LongBuffer grid = image.layout(PinpointProcessing.TILES).longs();
        int columns = (int) grid.get(1);
        Inner inner =
                GridPinpoints.unpadded((int) size.get(1), (int) size.get(0), columns * side, (int) grid.get(0) * side);
        LongStream canvas = LongStream.range(inner.top(), inner.top() + inner.height())
                .flatMap(y -> LongStream.concat(
                        LongStream.range(inner.left(), inner.left() + inner.width())
                                .map(x -> token(x, y, columns, side)),
                        LongStream.of(0)));
        return LongStream.concat(LongStream.rangeClosed(1, (long) side * side), canvas);
    }

    /** The number of a token of the canvas, counted over tiles, the picture as a whole first. */
    private static long token(long x, long y, int columns, int side) {
        long tile = 1 + y / side * columns + x / side;
        return 1 + (tile * side + y % side) * side + x % side;
    }
}
