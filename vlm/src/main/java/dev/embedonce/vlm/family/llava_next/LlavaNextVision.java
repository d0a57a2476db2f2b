package dev.embedonce.vlm.family.llava_next;

import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.GridPinpoints;
import dev.embedonce.vlm.vision.GridPinpoints.Inner;
import dev.embedonce.vlm.vision.PinpointProcessing;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.ProjectedClip;
import dev.embedonce.vlm.vision.TileInput;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;

/** CLIP and a projector for every tile, then the tokens of the whole canvas row by row, each row with a learned token behind it. */
// Source: transformers 5.23, models/llava_next/modeling_llava_next.py, LlavaNextModel.pack_image_features
final class LlavaNextVision {
    private static final int REVISION = 1;

    private LlavaNextVision() {}

    static VisionTower open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        ProjectedClip tower = ProjectedClip.read(config);
        if (tower.classToken()) {
            throw config.refused("vision_feature_select_strategy", "default (a class token stands in no row)");
        }
        TowerBuilder builder = new TowerBuilder(
                "llava_next.vision",
                REVISION,
                config,
                files,
                options,
                ProjectedClip.LAYOUTS,
                ProjectedClip.probes().toArray(String[]::new));
        TileInput input = new TileInput(builder.ops(), tower.clip().imageSize());
        Value tokens = tower.apply(builder, input.tiles());
        int hidden = tower.hidden();
        Scope root = builder.root();
        Value newline = root.view(root.tensor("image_newline", hidden), 1, 1, hidden);
        builder.output(VisionFeatures.FEATURES, input.ordered(tokens, newline, hidden), hidden);
        builder.ops().graph().uses(GridPinpoints.BLOCK, GridPinpoints.REVISION);
        int side = tower.clip().imageSize() / tower.clip().patchSize();
        return builder.open(image -> feeds(image, side));
    }

    private static Map<String, Tensor> feeds(ProcessedImage image, int side) {
        Map<String, Tensor> feeds = new HashMap<>(image.inputs());
        long[] order = order(image, side).toArray();
        feeds.put(TileInput.ORDER, Tensor.ofLongs(order, order.length));
        return feeds;
    }

    /** All tokens of the picture as a whole; then those of the canvas that no padding fills, and 0 behind each row. */
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
