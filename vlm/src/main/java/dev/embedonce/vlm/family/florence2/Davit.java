package dev.embedonce.vlm.family.florence2;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.vision.TowerBuilder;
import java.util.List;
import java.util.stream.IntStream;

/**
 * DaViT: stages that halve the map and widen it, each with pairs of blocks: attention among the places of a window, then attention
 * among groups of channels over all places. Before each half of a block a convolution within each channel.
 */
// Source: transformers 5.23, models/florence2/modeling_florence2.py, Florence2VisionBackbone
final class Davit {
    /** Raised when the tower computes something else; part of the model version. */
    private static final int REVISION = 1;

    private static final String TOWER = "vision_tower";
    private static final double EPSILON = 1e-5;

    /**
     * The map of a picture, place by place.
     *
     * @param tokens float32 [batch, side * side, channels]
     */
    record Places(Value tokens, int side, int channels) {}

    private record Stage(int channels, int heads, int groups, int blocks, int patch, int stride, int padding) {}

    private final TowerBuilder builder;
    private final Ops ops;
    private final List<Stage> stages;
    private final int window;
    private final double ratio;
    private final boolean bias;
    private final Activation activation;

    private Davit(TowerBuilder builder, ModelConfig config, List<Stage> stages) {
        this.builder = builder;
        this.ops = builder.ops();
        ops.graph().uses("davit", REVISION);
        this.stages = stages;
        this.window = config.positive("window_size", 12);
        this.ratio = config.number("mlp_ratio", 4);
        this.bias = config.flag("qkv_bias", true);
        this.activation = config.activation("activation_function", Activation.GELU);
    }

    static Davit read(TowerBuilder builder, ModelConfig config) {
        List<Integer> channels = config.positives(config.has("dim_embed") ? "dim_embed" : "embed_dim");
        List<Integer> heads = list(config, "num_heads", channels.size());
        List<Integer> groups = list(config, "num_groups", channels.size());
        List<Integer> blocks = list(config, "depths", channels.size());
        List<Integer> patches = list(config, "patch_size", channels.size());
        List<Integer> strides = list(config, "patch_stride", channels.size());
        List<Integer> paddings = config.integers("patch_padding", List.of(3, 1, 1, 1));
        if (paddings.size() != channels.size()) {
            throw config.refused("patch_padding", channels.size() + " numbers");
        }
        requirePublishedLists(config, channels.size());
        List<Stage> stages = IntStream.range(0, channels.size())
                .mapToObj(i -> new Stage(
                        channels.get(i),
                        heads.get(i),
                        groups.get(i),
                        blocks.get(i),
                        patches.get(i),
                        strides.get(i),
                        paddings.get(i)))
                .toList();
        return new Davit(builder, config, stages);
    }

    private static List<Integer> list(ModelConfig config, String name, int size) {
        List<Integer> list = config.positives(name);
        if (list.size() != size) {
            throw config.refused(name, size + " numbers");
        }
        return list;
    }

    /** Refuses what the lists of the config might say otherwise than every published one does. */
    private static void requirePublishedLists(ModelConfig config, int stages) {
        config.requireOnly(
                "patch_prenorm", IntStream.range(0, stages).mapToObj(i -> i > 0).toList());
        config.requireOnly("image_feature_source", List.of("spatial_avg_pool", "temporal_avg_pool"));
    }

    /**
     * Adds the tower.
     *
     * @param pixels float32 [batch, 3, size, size]
     */
    Places apply(Value pixels, int size) {
        Value x = pixels;
        int side = size;
        int before = 3;
        for (int i = 0; i < stages.size(); i++) {
            Stage stage = stages.get(i);
            x = embed(builder.root().at(TOWER + ".convs", i), x, i > 0, before, stage);
            side = (side + 2 * stage.padding - stage.patch) / stage.stride + 1;
            before = stage.channels;
            for (int block = 0; block < stage.blocks; block++) {
                String path = TOWER + ".blocks." + i;
                Scope norms = builder.root().at(path, block);
                Scope linears = builder.layer(path, block);
                x = block(norms.at("spatial_block"), linears.at("spatial_block"), x, stage, side, true);
                x = block(norms.at("channel_block"), linears.at("channel_block"), x, stage, side, false);
            }
        }
        return new Places(tokens(x, before), side, before);
    }

    private Value embed(Scope scope, Value x, boolean normFirst, int before, Stage stage) {
        Value in = normFirst ? normed(scope.at("norm"), x, before) : x;
        Scope conv = scope.at("conv");
        Value out = ops.conv(
                in,
                conv.weight("weight", stage.channels, before, stage.patch, stage.patch),
                conv.weight("bias", stage.channels),
                stage.patch,
                stage.stride,
                stage.padding,
                1);
        return normFirst ? out : normed(scope.at("norm"), out, stage.channels);
    }

    private Value normed(Scope scope, Value map, int channels) {
        Value last = ops.transpose(map, 0, 2, 3, 1);
        return ops.transpose(Norm.layer(scope, last, channels, EPSILON), 0, 3, 1, 2);
    }

    /** {@code [batch, channels, side, side]} as {@code [batch, places, channels]}. */
    private Value tokens(Value map, int channels) {
        return ops.transpose(ops.reshape(map, 0, channels, -1), 0, 2, 1);
    }

    private Value map(Value tokens, int channels, int side) {
        return ops.reshape(ops.transpose(tokens, 0, 2, 1), 0, channels, side, side);
    }

    private Value block(Scope norms, Scope linears, Value x, Stage stage, int side, boolean spatial) {
        int channels = stage.channels;
        Value tokens = tokens(convolved(norms.at("conv1"), x, channels), channels);
        Value normal = Norm.layer(norms.at("norm1"), tokens, channels, EPSILON);
        Value mixed = spatial
                ? windowAttention(linears.at("window_attn"), normal, stage, side)
                : channelAttention(linears.at("channel_attn"), normal, stage, side);
        Value middle = map(ops.add(tokens, mixed), channels, side);
        tokens = tokens(convolved(norms.at("conv2"), middle, channels), channels);
        normal = Norm.layer(norms.at("norm2"), tokens, channels, EPSILON);
        int inner = (int) (channels * ratio);
        Scope ffn = linears.at("ffn");
        Value fed = Mlp.plain(
                Linear.of(ffn.at("fc1"), channels, inner, true),
                activation,
                Linear.of(ffn.at("fc2"), inner, channels, true),
                ops.reshape(normal, -1, channels));
        return map(ops.add(tokens, ops.reshape(fed, -1, (long) side * side, channels)), channels, side);
    }

    /** A convolution within each channel, added to the map. */
    private Value convolved(Scope scope, Value map, int channels) {
        Value out = ops.conv(
                map, scope.weight("weight", channels, 1, 3, 3), scope.weight("bias", channels), 3, 1, 1, channels);
        return ops.add(out, map);
    }

    /** The map is filled up with zeros to whole windows; those places are seen like any. */
    private Value windowAttention(Scope scope, Value tokens, Stage stage, int side) {
        int channels = stage.channels;
        int count = (side + window - 1) / window;
        int more = count * window - side;
        Value map = ops.reshape(tokens, -1, side, side, channels);
        Value filled = more == 0
                ? map
                : ops.graph()
                        .op("Pad", map, ops.graph().constant(0, 0, 0, 0, 0, more, more, 0))
                        .output();
        Value windows = ops.reshape(
                ops.transpose(ops.reshape(filled, -1, count, window, count, window, channels), 0, 1, 3, 2, 4, 5),
                -1,
                channels);
        Linear all = Linear.of(scope.at("qkv"), channels, 3 * channels, bias);
        int places = window * window;
        Value mixed = ops.multiHeadAttention(
                ops.reshape(all.rows(0, channels).apply(windows), -1, places, channels),
                ops.reshape(all.rows(channels, channels).apply(windows), -1, places, channels),
                ops.reshape(all.rows(2 * channels, channels).apply(windows), -1, places, channels),
                stage.heads,
                null,
                false);
        Value projected = Linear.of(scope.at("proj"), channels, channels, true).apply(ops.reshape(mixed, -1, channels));
        long whole = (long) count * window;
        Value merged = ops.reshape(
                ops.transpose(ops.reshape(projected, -1, count, count, window, window, channels), 0, 1, 3, 2, 4, 5),
                -1,
                whole,
                whole,
                channels);
        Value cut = more == 0 ? merged : ops.slice(ops.slice(merged, 1, 0, side), 2, 0, side);
        return ops.reshape(cut, -1, (long) side * side, channels);
    }

    /** Channels of a group look at each other; what they are compared by are their values at all places. */
    private Value channelAttention(Scope scope, Value tokens, Stage stage, int side) {
        int channels = stage.channels;
        long places = (long) side * side;
        Linear all = Linear.of(scope.at("qkv"), channels, 3 * channels, bias);
        Value flat = ops.reshape(tokens, -1, channels);
        Value q = grouped(all.rows(0, channels).apply(flat), stage, places);
        Value k = grouped(all.rows(channels, channels).apply(flat), stage, places);
        Value v = grouped(all.rows(2 * channels, channels).apply(flat), stage, places);
        Value scores = ops.matMul(ops.transpose(q, 0, 2, 3, 1), ops.transpose(k, 0, 2, 1, 3));
        Value weights = ops.softmax(ops.mul(scores, ops.graph().scalar((float) (1 / Math.sqrt((double) places)))));
        Value mixed = ops.transpose(ops.matMul(weights, ops.transpose(v, 0, 2, 3, 1)), 0, 3, 1, 2);
        Value projected = Linear.of(scope.at("proj"), channels, channels, true).apply(ops.reshape(mixed, -1, channels));
        return ops.reshape(projected, -1, places, channels);
    }

    /** {@code [batch, places, groups, channels of a group]} */
    private Value grouped(Value x, Stage stage, long places) {
        return ops.reshape(x, -1, places, stage.groups, stage.channels / stage.groups);
    }
}
