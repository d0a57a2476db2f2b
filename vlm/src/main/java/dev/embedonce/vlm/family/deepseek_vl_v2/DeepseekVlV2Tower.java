package dev.embedonce.vlm.family.deepseek_vl_v2;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.TimmVit;
import dev.embedonce.model.tower.TransformerSizes;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.GridPinpoints.Grid;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.TileInput;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * SigLIP over tiles, squares of patches merged, a projector. Features are those of the picture as a whole, a learned
 * separator, then those of all tiles, row by row as they stand in the picture; a learned newline ends each row.
 *
 * @param merge patches a side that become one token; what is missing at the right and the bottom is zero
 * @param depth linear layers of the projector
 * @param inner channels between them
 * @param hidden channels of the language model
 */
// Source: deepseek-ai/DeepSeek-VL2, deepseek_vl2/models/modeling_deepseek_vl_v2.py, MlpProjector, prepare_inputs_embeds
record DeepseekVlV2Tower(ModelConfig config, TimmVit vit, int merge, int depth, int inner, int hidden) {
    private static final int REVISION = 1;

    private static final long NEWLINE = 0;
    private static final long SEPARATOR = 1;
    private static final int LEARNED = 2;

    /**
     * Reads the config.
     *
     * @throws dev.embedonce.error.ModelLoadException if a field is not supported
     */
    static DeepseekVlV2Tower read(FamilyFiles files, int hidden) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        config.oneOf("tile_tag", "2D");
        config.oneOf("global_view_pos", "head");
        ModelConfig projector = config.object("projector_config");
        projector.oneOf("projector_type", "downsample_mlp_gelu");
        if (projector.flag("token_pooling", false)) {
            throw projector.refused("token_pooling", "false");
        }
        TimmVit vit = vit(config.object("vision_config"));
        projector.requireOnly("input_dim", vit.sizes().channels());
        if (projector.positive("n_embed", 2048) != hidden) {
            throw projector.refused("n_embed", "the hidden_size of language_config, " + hidden);
        }
        int depth = projector.positive("depth", 2);
        if (depth < 2) {
            throw projector.refused("depth", "2 layers at least");
        }
        return new DeepseekVlV2Tower(
                config,
                vit,
                projector.positive("downsample_ratio", 2),
                depth,
                hidden * projector.positive("mlp_ratio", 1),
                hidden);
    }

    private static TimmVit vit(ModelConfig vision) {
        if (vision.flag("class_token", false)) {
            throw vision.refused("class_token", "false");
        }
        if (!vision.flag("ignore_head", true)) {
            throw vision.refused("ignore_head", "true");
        }
        vision.oneOf("global_pool", "map");
        int channels = vision.positive("width", 1024);
        TransformerSizes sizes = new TransformerSizes(
                channels,
                vision.positive("layers", 24),
                vision.positive("heads", 16),
                (int) (channels * vision.number("mlp_ratio", 4)),
                Activation.GELU_TANH,
                1e-6);
        if (channels % sizes.heads() != 0) {
            throw vision.refused("heads", "a divisor of width " + channels);
        }
        return new TimmVit(sizes, vision.positive("image_size", 384), vision.positive("patch_size", 16));
    }

    /** Tokens a side of a tile. */
    private int tokenSide() {
        return (vit.side() + merge - 1) / merge;
    }

    VisionTower open(FamilyFiles files, FamilyOptions options) {
        TowerBuilder builder = new TowerBuilder(
                "deepseek_vl_v2.vision",
                REVISION,
                config,
                files,
                options,
                List.of(NameLayout.canonical()),
                "vision.patch_embed.proj.weight");
        Ops ops = builder.ops();
        TileInput input = new TileInput(ops, vit.imageSize());
        Value merged = merged(ops, vit.apply(builder, "vision", input.tiles()));
        Value projected = projected(builder.root().at("projector.layers"), merged);
        Value tokens = ops.reshape(projected, -1, (long) tokenSide() * tokenSide(), hidden);
        Value learned = ops.concat(1, learned(builder, "image_newline"), learned(builder, "view_seperator"));
        builder.output(VisionFeatures.FEATURES, input.ordered(tokens, learned, LEARNED, hidden), hidden);
        return builder.open(this::feeds);
    }

    private Value learned(TowerBuilder builder, String name) {
        Scope root = builder.root();
        return root.view(root.tensor(name, hidden), 1, 1, hidden);
    }

    /**
     * Squares of patches, each channel's values side by side: float32 {@code [tiles, side * side, channels]} to {@code
     * [tiles * tokens, channels * merge * merge]}.
     */
    private Value merged(Ops ops, Value patches) {
        int channels = vit.sizes().channels();
        int side = vit.side();
        int tokens = tokenSide();
        int whole = tokens * merge;
        Value rows = ops.padLast(
                ops.reshape(patches, -1, side, (long) side * channels), 3, (long) (whole - side) * channels);
        Value all = ops.padLast(
                ops.reshape(rows, -1, (long) side * whole * channels), 2, (long) (whole - side) * whole * channels);
        Value squares = ops.transpose(ops.reshape(all, -1, tokens, merge, tokens, merge, channels), 0, 1, 3, 5, 2, 4);
        return ops.reshape(squares, -1, (long) channels * merge * merge);
    }

    private Value projected(Scope layers, Value squares) {
        Value x = squares;
        int channels = vit.sizes().channels() * merge * merge;
        for (int i = 0; i < depth; i++) {
            int out = i == depth - 1 ? hidden : inner;
            Value in = i == 0 ? x : Activation.GELU.apply(layers.ops(), x);
            x = Linear.of(layers.at(Integer.toString(2 * i)), channels, out, true)
                    .apply(in);
            channels = out;
        }
        return x;
    }

    private Map<String, Tensor> feeds(ProcessedImage image) {
        Map<String, Tensor> feeds = new HashMap<>(image.inputs());
        long[] order = order(DeepseekVlV2Processor.grid(image)).toArray();
        feeds.put(TileInput.ORDER, Tensor.ofLongs(order, order.length));
        return feeds;
    }

    /** One tile alone is the picture as a whole, and counts as both. */
    private LongStream order(Grid grid) {
        int first = grid.tiles() == 1 ? 0 : 1;
        return LongStream.concat(
                LongStream.concat(rows(new Grid(1, 1), 0), LongStream.of(SEPARATOR)), rows(grid, first));
    }

    /** The tokens of a grid of tiles row by row, a newline after each row. */
    private LongStream rows(Grid grid, int firstTile) {
        int side = tokenSide();
        return LongStream.range(0, (long) grid.rows() * side)
                .flatMap(y -> LongStream.concat(
                        LongStream.range(0, (long) grid.columns() * side).map(x -> {
                            long tile = firstTile + y / side * grid.columns() + x / side;
                            return LEARNED + (tile * side + y % side) * side + x % side;
                        }),
                        LongStream.of(NEWLINE)));
    }
}
