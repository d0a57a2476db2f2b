package dev.embedonce.vlm.family.qwen3_vl;

import dev.embedonce.encoder.arch.ModelConfig;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Rotary;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.SelfAttention;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.vlm.family.FamilyFiles;
import dev.embedonce.vlm.family.FamilyOptions;
import dev.embedonce.vlm.vision.PatchGeometry;
import dev.embedonce.vlm.vision.PatchProcessing;
import dev.embedonce.vlm.vision.PatchProcessing.Geometry;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;
import java.util.Objects;

/**
 * The tower: patches with learned positions (interpolated to the picture's grid) and rotary positions by row and column; after some
 * layers a merger makes features for the first layers of the language model.
 */
// Source: transformers 5.23, models/qwen3_vl/modeling_qwen3_vl.py, Qwen3VLVisionModel
final class Qwen3VlVision {
    static final List<Integer> DEFAULT_LEVELS = List.of(8, 16, 24);

    private static final int REVISION = 1;
    private static final double EPSILON = 1e-6;
    private static final double THETA = 10_000;

    private final TowerBuilder builder;
    private final Ops ops;
    private final int channels;
    private final int heads;
    private final int intermediate;
    private final Activation activation;
    private final int merged;
    private final int outChannels;

    private Qwen3VlVision(TowerBuilder builder, ModelConfig config, int merge) {
        this.builder = builder;
        this.ops = builder.ops();
        this.channels = config.positive("hidden_size", 1152);
        this.heads = config.positive("num_heads", 16);
        this.intermediate = config.positive("intermediate_size", 4304);
        this.activation = config.activation("hidden_act", Activation.GELU_TANH);
        this.merged = channels * merge * merge;
        this.outChannels = config.positive("out_hidden_size", 3584);
    }

    /** What the features of a deepstack level are called. */
    static String level(int index) {
        return "deepstack_" + index;
    }

    static VisionTower open(FamilyFiles files, FamilyOptions options, Geometry processor) {
        ModelConfig config = files.config().object("vision_config");
        config.requireOnly("in_channels", 3);
        Geometry geometry = new Geometry(
                config.positive("patch_size", 16),
                config.positive("spatial_merge_size", 2),
                config.positive("temporal_patch_size", 2));
        if (!geometry.equals(processor)) {
            throw config.refused("patch_size", "patches as the image processor makes them, " + processor);
        }
        int positions = config.positive("num_position_embeddings", 2304);
        int layers = config.positive("depth", 27);
        List<Integer> levels = config.integers("deepstack_visual_indexes", DEFAULT_LEVELS);
        TowerBuilder builder = new TowerBuilder(
                "qwen3_vl.vision",
                REVISION,
                config,
                files,
                options,
                List.of(NameLayout.prefixed("model.visual."), NameLayout.prefixed("visual.")),
                "patch_embed.proj.weight");
        Qwen3VlVision vision = new Qwen3VlVision(builder, config, geometry.merge());
        vision.build(geometry, positions, layers, levels);
        PatchGeometry inputs =
                new PatchGeometry(geometry.merge(), (int) Math.sqrt(positions), vision.channels / vision.heads, THETA);
        return builder.open(inputs::feeds);
    }

    private void build(Geometry geometry, int positions, int layers, List<Integer> levels) {
        Value patches = ops.graph()
                .input(
                        PatchProcessing.PIXEL_VALUES,
                        TensorType.F32,
                        Dim.free("batch"),
                        Dim.free("patches"),
                        Dim.of(geometry.length()));
        TokenShape tokens = TokenShape.of(ops, patches);
        int pairs = channels / heads / 2;
        Rotary rotary = new Rotary(angles(PatchGeometry.COS, pairs), angles(PatchGeometry.SIN, pairs));
        Value x = ops.add(embedded(geometry, tokens.flat(patches, geometry.length())), learnedPositions(positions));
        for (int i = 0; i < layers; i++) {
            x = layer(builder.root().at("blocks", i), builder.layer("blocks", i), x, tokens, rotary);
            if (levels.contains(i)) {
                int level = levels.indexOf(i);
                Scope merger = builder.root().at("deepstack_merger_list", level);
                Value shuffled = ops.reshape(x, -1, merged);
                project(level(level), merger, Norm.layer(merger.at("norm"), shuffled, merged, EPSILON), patches);
            }
        }
        Scope merger = builder.root().at("merger");
        Value normed = Norm.layer(merger.at("norm"), x, channels, EPSILON);
        project(VisionFeatures.FEATURES, merger, ops.reshape(normed, -1, merged), patches);
    }

    private Value angles(String name, int pairs) {
        return ops.graph().input(name, TensorType.F32, Dim.free("batch"), Dim.free("patches"), Dim.of(pairs));
    }

    private Value embedded(Geometry geometry, Value patches) {
        Scope scope = builder.root().at("patch_embed.proj");
        int patch = geometry.patch();
        Value kernel = scope.view(
                scope.tensor("weight", channels, 3, geometry.temporal(), patch, patch), channels, geometry.length());
        return ops.linear(patches, kernel, scope.weight("bias", channels));
    }

    /** Each patch's weighted mean of the four learned positions around its own: {@code [batch * patches, channels]}. */
    private Value learnedPositions(int positions) {
        Dim[] four = {Dim.free("batch"), Dim.free("patches"), Dim.of(PatchGeometry.TAPS)};
        Value taps = ops.graph().input(PatchGeometry.TAP_INDICES, TensorType.I64, four);
        Value weights = ops.graph().input(PatchGeometry.TAP_WEIGHTS, TensorType.F32, four);
        Value table = builder.root().at("pos_embed").weight("weight", positions, channels);
        Value sum = null;
        for (int tap = 0; tap < PatchGeometry.TAPS; tap++) {
            Value index = ops.reshape(ops.slice(taps, 2, tap, tap + 1), -1);
            Value weight = ops.reshape(ops.slice(weights, 2, tap, tap + 1), -1, 1);
            Value part = ops.mul(ops.gather(table, index, 0), weight);
            sum = sum == null ? part : ops.add(sum, part);
        }
        return Objects.requireNonNull(sum);
    }

    private Value layer(Scope norms, Scope layer, Value x, TokenShape tokens, Rotary rotary) {
        Linear fused = Linear.of(layer.at("attn.qkv"), channels, 3 * channels, true);
        SelfAttention attention = new SelfAttention(
                        fused.rows(0, channels),
                        fused.rows(channels, channels),
                        fused.rows(2 * channels, channels),
                        Linear.of(layer.at("attn.proj"), channels, channels, true),
                        heads)
                .rotary(rotary);
        Value mixed = ops.add(x, attention.apply(Norm.layer(norms.at("norm1"), x, channels, EPSILON), tokens));
        Scope mlp = layer.at("mlp");
        return ops.add(
                mixed,
                Mlp.plain(
                        Linear.of(mlp.at("linear_fc1"), channels, intermediate, true),
                        activation,
                        Linear.of(mlp.at("linear_fc2"), intermediate, channels, true),
                        Norm.layer(norms.at("norm2"), mixed, channels, EPSILON)));
    }

    /** Two linear layers from merged patches to the language model's channels: an output of the tower. */
    private void project(String name, Scope merger, Value x, Value patches) {
        Value projected = Mlp.plain(
                Linear.of(merger.at("linear_fc1"), merged, merged, true),
                Activation.GELU,
                Linear.of(merger.at("linear_fc2"), merged, outChannels, true),
                x);
        Value shape = ops.concat(0, ops.dim(patches, 0), ops.graph().constant(-1, outChannels));
        builder.output(name, ops.reshape(projected, shape), outChannels);
    }
}
