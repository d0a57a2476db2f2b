package dev.embedonce.model.tower;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;
import java.util.List;
import java.util.stream.IntStream;

/**
 * DaViT: stages that downsample the feature map and widen it, each with pairs of blocks: attention among the positions
 * of a window, then attention among the channels of a group over all positions. Before each half of a block a
 * convolution within each channel. Maps are float32 {@code [batch, channels, side, side]}, tokens {@code [batch, side *
 * side, channels]}.
 *
 * @param window positions a side of an attention window
 * @param mlpRatio channels inside an MLP for each of its stage
 */
// Source: transformers 5.23, models/florence2/modeling_florence2.py, Florence2VisionBackbone
public record DavitVision(List<Stage> stages, int window, double mlpRatio, boolean qkvBias, Activation activation) {
    /** Raised when the tower computes something else; part of the model version. */
    private static final int REVISION = 1;

    private static final double EPSILON = 1e-5;

    /**
     * A stage, which begins with a convolution.
     *
     * @param groups of channels that attend to each other
     * @param blocks pairs of blocks
     * @param patch side of the convolution's kernel
     */
    public record Stage(int channels, int heads, int groups, int blocks, int patch, int stride, int padding) {}

    /**
     * The feature map of a picture, position by position.
     *
     * @param tokens float32 {@code [batch, side * side, channels]}, row by row
     */
    public record Places(Value tokens, int side, int channels) {}

    public DavitVision {
        stages = List.copyOf(stages);
    }

    /** Reads a {@code vision_config}. */
    public static DavitVision read(ModelConfig config) {
        config.requireOnly("in_channels", 3);
        List<Integer> channels = config.positives(config.has("dim_embed") ? "dim_embed" : "embed_dim");
        int count = channels.size();
        List<Integer> heads = list(config, "num_heads", count);
        List<Integer> groups = list(config, "num_groups", count);
        List<Integer> blocks = list(config, "depths", count);
        List<Integer> patches = list(config, "patch_size", count);
        List<Integer> strides = list(config, "patch_stride", count);
        List<Integer> paddings = config.integers("patch_padding", List.of(3, 1, 1, 1));
        if (paddings.size() != count) {
            throw config.refused("patch_padding", count + " numbers");
        }
        config.requireOnly(
                "patch_prenorm", IntStream.range(0, count).mapToObj(i -> i > 0).toList());
        List<Stage> stages = IntStream.range(0, count)
                .mapToObj(i -> new Stage(
                        channels.get(i),
                        heads.get(i),
                        groups.get(i),
                        blocks.get(i),
                        patches.get(i),
                        strides.get(i),
                        paddings.get(i)))
                .toList();
        return new DavitVision(
                stages,
                config.positive("window_size", 12),
                config.number("mlp_ratio", 4),
                config.flag("qkv_bias", true),
                config.activation("activation_function", Activation.GELU));
    }

    private static List<Integer> list(ModelConfig config, String name, int size) {
        List<Integer> list = config.positives(name);
        if (list.size() != size) {
            throw config.refused(name, size + " numbers");
        }
        return list;
    }

    /**
     * Adds the tower.
     *
     * @param path of the tower's module among the graph's tensors
     * @param pixels float32 {@code [batch, 3, size, size]}
     */
    public Places apply(TowerGraph graph, String path, Value pixels, int size) {
        graph.ops().graph().uses("davit", REVISION);
        Value x = pixels;
        int side = size;
        int before = 3;
        for (int i = 0; i < stages.size(); i++) {
            Stage stage = stages.get(i);
            x = embed(graph.root().at(path + ".convs", i), x, i > 0, before, stage);
            side = (side + 2 * stage.padding - stage.patch) / stage.stride + 1;
            before = stage.channels;
            for (int block = 0; block < stage.blocks; block++) {
                String list = path + ".blocks." + i;
                Scope norms = graph.root().at(list, block);
                Scope linears = graph.layer(list, block);
                x = block(norms.at("spatial_block"), linears.at("spatial_block"), x, stage, side, true);
                x = block(norms.at("channel_block"), linears.at("channel_block"), x, stage, side, false);
            }
        }
        return new Places(tokens(graph.ops(), x, before), side, before);
    }

    private static Value embed(Scope scope, Value x, boolean normFirst, int before, Stage stage) {
        Value in = normFirst ? normed(scope.at("norm"), x, before) : x;
        Scope conv = scope.at("conv");
        Value out = scope.ops()
                .conv(
                        in,
                        conv.weight("weight", stage.channels, before, stage.patch, stage.patch),
                        conv.weight("bias", stage.channels),
                        stage.patch,
                        stage.stride,
                        stage.padding,
                        1);
        return normFirst ? out : normed(scope.at("norm"), out, stage.channels);
    }

    /** LayerNorm over the channels of a map. */
    private static Value normed(Scope scope, Value map, int channels) {
        Ops ops = scope.ops();
        Value last = ops.transpose(map, 0, 2, 3, 1);
        return ops.transpose(Norm.layer(scope, last, channels, EPSILON), 0, 3, 1, 2);
    }

    private static Value tokens(Ops ops, Value map, int channels) {
        return ops.transpose(ops.reshape(map, 0, channels, -1), 0, 2, 1);
    }

    private static Value map(Ops ops, Value tokens, int channels, int side) {
        return ops.reshape(ops.transpose(tokens, 0, 2, 1), 0, channels, side, side);
    }

    private Value block(Scope norms, Scope linears, Value x, Stage stage, int side, boolean spatial) {
        Ops ops = norms.ops();
        int channels = stage.channels;
        Value tokens = tokens(ops, convolved(norms.at("conv1"), x, channels), channels);
        Value normal = Norm.layer(norms.at("norm1"), tokens, channels, EPSILON);
        Value mixed = spatial
                ? windowAttention(linears.at("window_attn"), normal, stage, side)
                : channelAttention(linears.at("channel_attn"), normal, stage, side);
        Value middle = map(ops, ops.add(tokens, mixed), channels, side);
        tokens = tokens(ops, convolved(norms.at("conv2"), middle, channels), channels);
        normal = Norm.layer(norms.at("norm2"), tokens, channels, EPSILON);
        int inner = (int) (channels * mlpRatio);
        Scope ffn = linears.at("ffn");
        Value mlp = Mlp.plain(
                Linear.of(ffn.at("fc1"), channels, inner, true),
                activation,
                Linear.of(ffn.at("fc2"), inner, channels, true),
                ops.reshape(normal, -1, channels));
        return map(ops, ops.add(tokens, ops.reshape(mlp, -1, (long) side * side, channels)), channels, side);
    }

    /** A convolution within each channel, added to the map. */
    private static Value convolved(Scope scope, Value map, int channels) {
        Ops ops = scope.ops();
        Value out = ops.conv(
                map, scope.weight("weight", channels, 1, 3, 3), scope.weight("bias", channels), 3, 1, 1, channels);
        return ops.add(out, map);
    }

    /** The map is padded with zeros to whole windows; the padding is attended to like any other position. */
    private Value windowAttention(Scope scope, Value tokens, Stage stage, int side) {
        Ops ops = scope.ops();
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
        Linear all = Linear.of(scope.at("qkv"), channels, 3 * channels, qkvBias);
        int positions = window * window;
        Value mixed = ops.multiHeadAttention(
                ops.reshape(all.rows(0, channels).apply(windows), -1, positions, channels),
                ops.reshape(all.rows(channels, channels).apply(windows), -1, positions, channels),
                ops.reshape(all.rows(2 * channels, channels).apply(windows), -1, positions, channels),
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

    /** Channel attention: channels of a group attend to each other, by their values at all positions. */
    private Value channelAttention(Scope scope, Value tokens, Stage stage, int side) {
        Ops ops = scope.ops();
        int channels = stage.channels;
        long positions = (long) side * side;
        Linear all = Linear.of(scope.at("qkv"), channels, 3 * channels, qkvBias);
        Value flat = ops.reshape(tokens, -1, channels);
        Value q = grouped(ops, all.rows(0, channels).apply(flat), stage, positions);
        Value k = grouped(ops, all.rows(channels, channels).apply(flat), stage, positions);
        Value v = grouped(ops, all.rows(2 * channels, channels).apply(flat), stage, positions);
        Value scores = ops.matMul(ops.transpose(q, 0, 2, 3, 1), ops.transpose(k, 0, 2, 1, 3));
        Value weights = ops.softmax(ops.mul(scores, ops.graph().scalar((float) (1 / Math.sqrt((double) positions)))));
        Value mixed = ops.transpose(ops.matMul(weights, ops.transpose(v, 0, 2, 3, 1)), 0, 3, 1, 2);
        Value projected = Linear.of(scope.at("proj"), channels, channels, true).apply(ops.reshape(mixed, -1, channels));
        return ops.reshape(projected, -1, positions, channels);
    }

    /** {@code [batch, positions, groups, channels of a group]} */
    private static Value grouped(Ops ops, Value x, Stage stage, long positions) {
        return ops.reshape(x, -1, positions, stage.groups, stage.channels / stage.groups);
    }
}
