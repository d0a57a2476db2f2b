package dev.embedonce.vlm.family.kimi_vl;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.blocks.PositionTable;
import dev.embedonce.graph.blocks.Rotary;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.SelfAttention;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchAngles;
import dev.embedonce.model.tower.TransformerSizes;
import dev.embedonce.vlm.family.kimi_vl.KimiVlPictures.Geometry;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;

/**
 * MoonViT: patches with learned positions, resampled to the picture's grid, and rotary ones by column and row; then
 * squares of patches merged into one token, and a projector.
 */
// Source: vllm, models/moonvit.py, models/kimi_vl.py; transformers 5.23, models/kimi_k25/modeling_kimi_k25.py
final class KimiVlTower {
    private static final int REVISION = 1;
    private static final double THETA = 10_000;
    private static final double EPSILON = 1e-5;
    private static final TransformerSizes MISSING =
            new TransformerSizes(1152, 27, 16, 4304, Activation.GELU_TANH, EPSILON);

    private final TowerBuilder builder;
    private final Ops ops;
    private final TransformerSizes sizes;
    private final int channels;

    private KimiVlTower(TowerBuilder builder, TransformerSizes sizes) {
        this.builder = builder;
        this.ops = builder.ops();
        this.sizes = sizes;
        this.channels = sizes.channels();
    }

    static VisionTower open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        ModelConfig vision = config.object("vision_config");
        vision.oneOf("model_type", "moonvit");
        TransformerSizes sizes = TransformerSizes.read(vision, MISSING);
        int headSize = sizes.channels() / sizes.heads();
        if (headSize % 4 != 0) {
            throw vision.refused("num_attention_heads", "heads of channels in fours");
        }
        int side = vision.positive("init_pos_emb_height", 64);
        vision.requireOnly("init_pos_emb_width", side);
        Geometry geometry = Geometry.read(config);
        int hidden = config.object("text_config").positive("hidden_size");
        TowerBuilder builder = new TowerBuilder(
                "kimi_vl.vision",
                REVISION,
                config,
                files,
                options,
                List.of(NameLayout.canonical()),
                "vision_tower.patch_embed.proj.weight");
        new KimiVlTower(builder, sizes).output(geometry, side, hidden);
        return builder.openOverGrid(KimiVlPictures::grid, PatchAngles.interleaved(headSize, THETA));
    }

    private void output(Geometry geometry, int side, int hidden) {
        Value pixels = ops.graph()
                .input(
                        KimiVlPictures.PIXEL_VALUES,
                        TensorType.F32,
                        Dim.free("batch"),
                        Dim.of(3),
                        Dim.free("height"),
                        Dim.free("width"));
        Scope embedding = builder.root().at("vision_tower.patch_embed");
        PatchGrid grid = PatchGrid.embed(embedding.at("proj"), pixels, "weight", "bias", 3, channels, geometry.patch());
        Value table = embedding.at("pos_emb").weight("weight", side, side, channels);
        Value positions = PositionTable.BICUBIC.resize(ops, table, side, channels, grid.size());
        Value states = layers(ops.add(grid.tokens(), positions));
        Value projected = projected(merged(states, grid.size(), geometry.merge()), geometry.merge(), hidden);
        Value shape = ops.concat(0, ops.dim(pixels, 0), ops.graph().constant(-1, hidden));
        builder.output(VisionFeatures.FEATURES, ops.reshape(projected, shape), hidden);
    }

    /** float32 {@code [batch, patches, channels]} to {@code [batch * patches, channels]}, normalised. */
    private Value layers(Value embedded) {
        TokenShape tokens = TokenShape.of(ops, embedded);
        Rotary rotary = new Rotary(angles(PatchAngles.COS), angles(PatchAngles.SIN), true);
        Value x = tokens.flat(embedded, channels);
        for (int i = 0; i < sizes.layers(); i++) {
            String list = "vision_tower.encoder.blocks";
            Scope norms = builder.root().at(list, i);
            Scope layer = builder.layer(list, i);
            Value normed = Norm.layer(norms.at("norm0"), x, channels, sizes.epsilon());
            x = ops.add(x, attention(layer).rotary(rotary).apply(normed, tokens));
            x = ops.add(x, mlp(layer.at("mlp"), Norm.layer(norms.at("norm1"), x, channels, sizes.epsilon())));
        }
        return Norm.layer(builder.root().at("vision_tower.encoder.final_layernorm"), x, channels, sizes.epsilon());
    }

    private Value angles(String name) {
        int pairs = channels / sizes.heads() / 2;
        return ops.graph().input(name, TensorType.F32, Dim.free("batch"), Dim.free("patches"), Dim.of(pairs));
    }

    private SelfAttention attention(Scope layer) {
        Linear fused = Linear.of(layer.at("wqkv"), channels, 3 * channels, true);
        return new SelfAttention(
                fused.rows(0, channels),
                fused.rows(channels, channels),
                fused.rows(2 * channels, channels),
                Linear.of(layer.at("wo"), channels, channels, true),
                sizes.heads());
    }

    private Value mlp(Scope mlp, Value x) {
        return Mlp.plain(
                Linear.of(mlp.at("fc0"), channels, sizes.inner(), true),
                sizes.activation(),
                Linear.of(mlp.at("fc1"), sizes.inner(), channels, true),
                x);
    }

    /** Squares of patches, row by row, each normalised: float32 {@code [batch * tokens, merge * merge * channels]}. */
    private Value merged(Value states, Value size, int merge) {
        Value normed = Norm.layer(builder.root().at("multi_modal_projector.pre_norm"), states, channels, EPSILON);
        Value columns = ops.div(ops.slice(size, 0, 1, 2), ops.graph().constant(merge));
        Value shape = ops.concat(
                0, ops.graph().constant(-1, merge), columns, ops.graph().constant(merge, channels));
        Value squares = ops.transpose(ops.reshape(normed, shape), 0, 2, 1, 3, 4);
        return ops.reshape(squares, -1, (long) merge * merge * channels);
    }

    private Value projected(Value squares, int merge, int hidden) {
        Scope projector = builder.root().at("multi_modal_projector");
        int inner = merge * merge * channels;
        return Mlp.plain(
                Linear.of(projector.at("linear_1"), inner, inner, true),
                Activation.GELU,
                Linear.of(projector.at("linear_2"), inner, hidden, true),
                squares);
    }
}
