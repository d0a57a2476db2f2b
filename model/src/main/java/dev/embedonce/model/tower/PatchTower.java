package dev.embedonce.model.tower;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Rotary;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.SelfAttention;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;
import java.util.Objects;

/**
 * What towers over packed patches have in common: the patches' embedding, attention with rotary positions by row and
 * column, with the patches that become one token adjacent. Hidden states are float32 {@code [batch * patches,
 * channels]}.
 */
// Source: transformers 5.23, models/qwen2_vl/modeling_qwen2_vl.py, PatchEmbed, VisionAttention, PatchMerger
public final class PatchTower {
    /** float32 {@code [patches, geometry.length()]} */
    public static final String PIXEL_VALUES = "pixel_values";

    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    private static final double THETA = 10_000;

    /**
     * The geometry of patches.
     *
     * @param patch pixels a side
     * @param merge patches a side that become one token
     * @param temporal how often a still picture is repeated
     */
    public record Geometry(int patch, int merge, int temporal) {
        /** Numbers that make a patch, 3 channels of its pixels. */
        public int length() {
            return 3 * temporal * patch * patch;
        }
    }

    private final TowerGraph graph;
    private final Ops ops;
    private final Geometry geometry;
    private final int channels;
    private final int heads;
    private final Value patches;
    private final TokenShape tokens;
    private final Rotary rotary;

    /** Adds the inputs: {@code pixel_values} and the patches' angles. */
    public PatchTower(TowerGraph graph, Geometry geometry, int channels, int heads) {
        this.graph = graph;
        this.ops = graph.ops();
        ops.graph().uses("patch-tower", REVISION);
        this.geometry = geometry;
        this.channels = channels;
        this.heads = heads;
        this.patches = input(PIXEL_VALUES, TensorType.F32, geometry.length());
        this.tokens = TokenShape.of(ops, patches);
        int pairs = channels / heads / 2;
        this.rotary = new Rotary(
                input(PatchAngles.COS, TensorType.F32, pairs), input(PatchAngles.SIN, TensorType.F32, pairs));
    }

    /**
     * The geometry of a {@code vision_config}.
     *
     * @param patch pixels a side where the config is silent
     * @throws dev.embedonce.error.ModelLoadException if the processor makes other patches
     */
    public static Geometry geometry(ModelConfig config, int patch, Geometry processor) {
        Geometry geometry = geometry(config, patch);
        if (!geometry.equals(processor)) {
            throw config.refused("patch_size", "patches as the image processor makes them, " + processor);
        }
        return geometry;
    }

    /**
     * The geometry of a {@code vision_config}, whatever a processor makes.
     *
     * @param patch pixels a side where the config is silent
     */
    public static Geometry geometry(ModelConfig config, int patch) {
        return new Geometry(
                config.positive("patch_size", patch),
                config.positive("spatial_merge_size", 2),
                config.positive("temporal_patch_size", 2));
    }

    /** An input {@code [batch, patches, width]}. */
    public Value input(String name, TensorType type, int width) {
        return ops.graph().input(name, type, Dim.free("batch"), Dim.free("patches"), Dim.of(width));
    }

    /** The angles of the patches, as {@link #PatchTower} expects them. */
    public PatchAngles angles() {
        return new PatchAngles(geometry.merge(), channels / heads, THETA);
    }

    public TokenShape tokens() {
        return tokens;
    }

    /** Rotary positions by row and column. */
    public Rotary rotary() {
        return rotary;
    }

    /** Channels of the patches that become one token, concatenated. */
    public int mergedChannels() {
        return channels * geometry.merge() * geometry.merge();
    }

    /** The patches' embedding, by {@code patch_embed.proj}. */
    public Value embedded(boolean bias) {
        int patch = geometry.patch();
        return embedded(graph.root().at("patch_embed.proj"), bias, channels, 3, geometry.temporal(), patch, patch);
    }

    /**
     * The patches' embedding, by a convolution whose stride is its kernel.
     *
     * @param kernel the shape of its {@code weight}
     */
    public Value embedded(Scope scope, boolean bias, long... kernel) {
        Value weight = scope.view(scope.tensor("weight", kernel), channels, geometry.length());
        return ops.linear(
                tokens.flat(patches, geometry.length()), weight, bias ? scope.weight("bias", channels) : null);
    }

    /**
     * Each patch's weighted mean of the four learned positions around its own, as {@link LearnedTaps} give them, for
     * which it adds the inputs.
     *
     * @param scope with the table, {@code weight}
     * @param positions in the table
     * @return float32 {@code [batch * patches, channels]}
     */
    public Value learnedPositions(Scope scope, int positions) {
        Value taps = input(LearnedTaps.INDICES, TensorType.I64, LearnedTaps.COUNT);
        Value weights = input(LearnedTaps.WEIGHTS, TensorType.F32, LearnedTaps.COUNT);
        Value table = scope.weight("weight", positions, channels);
        Value sum = null;
        for (int tap = 0; tap < LearnedTaps.COUNT; tap++) {
            Value index = ops.reshape(ops.slice(taps, 2, tap, tap + 1), -1);
            Value weight = ops.reshape(ops.slice(weights, 2, tap, tap + 1), -1, 1);
            Value part = ops.mul(ops.gather(table, index, 0), weight);
            sum = sum == null ? part : ops.add(sum, part);
        }
        return Objects.requireNonNull(sum);
    }

    /** Attention by {@code qkv} and {@code proj} of a scope, which have biases. */
    public SelfAttention attention(Scope scope) {
        return attention(scope, true, true);
    }

    /**
     * Attention by {@code qkv} and {@code proj} of a scope.
     *
     * @param inputBias whether {@code qkv} has a bias
     * @param outputBias whether {@code proj} has one
     */
    public SelfAttention attention(Scope scope, boolean inputBias, boolean outputBias) {
        Linear fused = Linear.of(scope.at("qkv"), channels, 3 * channels, inputBias);
        return new SelfAttention(
                        fused.rows(0, channels),
                        fused.rows(channels, channels),
                        fused.rows(2 * channels, channels),
                        Linear.of(scope.at("proj"), channels, channels, outputBias),
                        heads)
                .rotary(rotary);
    }

    /**
     * The MLP of a layer.
     *
     * @param first the path of its first linear layer within the layer's module
     * @param second the path of the other
     * @param channels between them
     */
    public record MlpShape(String first, String second, int channels, Activation activation) {}

    /**
     * Adds one of {@code blocks}: norm, attention, residual, norm, MLP, residual.
     *
     * @param x float32 {@code [batch * patches, channels]}
     * @return float32 of the same shape
     */
    public Value layer(int index, Value x, MlpShape mlp, double epsilon) {
        Scope norms = graph.root().at("blocks", index);
        Scope layer = graph.layer("blocks", index);
        Value normed = Norm.layer(norms.at("norm1"), x, channels, epsilon);
        Value mixed = ops.add(x, attention(layer.at("attn")).apply(normed, tokens));
        return ops.add(
                mixed,
                Mlp.plain(
                        Linear.of(layer.at(mlp.first), channels, mlp.channels, true),
                        mlp.activation,
                        Linear.of(layer.at(mlp.second), mlp.channels, channels, true),
                        Norm.layer(norms.at("norm2"), mixed, channels, epsilon)));
    }

    /** The patches that become one token, concatenated: float32 {@code [batch * tokens, mergedChannels]}. */
    public Value merged(Value x) {
        return ops.reshape(x, -1, mergedChannels());
    }

    /**
     * Makes features an output of the tower: two linear layers from merged patches to the language model's channels.
     *
     * @param x float32 {@code [batch * tokens, mergedChannels]}
     */
    public void project(String name, Scope first, Scope second, Value x, int outChannels) {
        int merged = mergedChannels();
        Value projected = Mlp.plain(
                Linear.of(first, merged, merged, true),
                Activation.GELU,
                Linear.of(second, merged, outChannels, true),
                x);
        output(name, projected, outChannels);
    }

    /**
     * Makes features an output of the tower.
     *
     * @param x float32 {@code [batch * tokens, outChannels]}
     */
    public void output(String name, Value x, int outChannels) {
        Value shape = ops.concat(0, ops.dim(patches, 0), ops.graph().constant(-1, outChannels));
        graph.output(name, ops.reshape(x, shape), outChannels);
    }
}
