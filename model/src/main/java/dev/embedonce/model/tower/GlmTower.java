package dev.embedonce.model.tower;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.SelfAttention;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/**
 * What GLM's towers make of embedded patches: pre-norm layers with RMSNorm and gated MLPs, a convolution that makes one
 * token of the patches of a square, and a merger of one linear layer and a gated MLP. Hidden states are float32 {@code
 * [batch * patches, channels]}.
 */
// Source: transformers 5.23, models/glm4v/modeling_glm4v.py, Glm4vVisionModel; models/glm_ocr/modeling_glm_ocr.py
public final class GlmTower {
    /** Pixels a side of a patch where configs are silent. */
    public static final int PATCH = 14;

    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /** Of the merger's LayerNorm, for which no config has a field. */
    private static final double MERGER_EPSILON = 1e-5;

    /**
     * The sizes of a tower.
     *
     * @param inner channels inside the MLPs of the layers
     * @param outChannels of the features
     * @param mergerInner channels inside the merger's MLP
     * @param activation of all MLPs
     * @param epsilon of the RMSNorms
     */
    public record Sizes(
            int channels,
            int layers,
            int inner,
            int outChannels,
            int mergerInner,
            Activation activation,
            double epsilon) {}

    /**
     * What layers have or lack.
     *
     * @param inputBias whether queries, keys and values have biases
     * @param otherBias whether the projection back and the MLP have biases
     * @param qkNorm whether there is QK-norm, head by head
     */
    public record Layers(boolean inputBias, boolean otherBias, boolean qkNorm) {}

    private final TowerGraph graph;
    private final Ops ops;
    private final PatchTower patches;
    private final PatchTower.Geometry geometry;
    private final Sizes sizes;
    private final Layers layers;

    /** A tower over the patches of {@code patches}, whose channels are those of {@code sizes}. */
    public GlmTower(TowerGraph graph, PatchTower patches, PatchTower.Geometry geometry, Sizes sizes, Layers layers) {
        this.graph = graph;
        this.ops = graph.ops();
        ops.graph().uses("glm-tower", REVISION);
        this.patches = patches;
        this.geometry = geometry;
        this.sizes = sizes;
        this.layers = layers;
    }

    /**
     * Makes the features of embedded patches an output of the tower, float32 {@code [batch, tokens, outChannels]}.
     *
     * @param x float32 {@code [batch * patches, channels]}
     */
    public void output(String name, Value x) {
        Value states = x;
        for (int i = 0; i < sizes.layers; i++) {
            states = layer(graph.root().at("blocks", i), graph.layer("blocks", i), states);
        }
        Value normed = norm(graph.root().at("post_layernorm"), states);
        patches.output(name, merged(downsampled(normed)), sizes.outChannels);
    }

    private Value norm(Scope scope, Value x) {
        return Norm.rms(scope, x, sizes.channels, sizes.epsilon);
    }

    private Value layer(Scope norms, Scope layer, Value x) {
        Scope module = layer.at("attn");
        SelfAttention attention = patches.attention(module, layers.inputBias, layers.otherBias);
        if (layers.qkNorm) {
            attention.qkNorm(module, sizes.epsilon);
        }
        Value mixed = ops.add(x, attention.apply(norm(norms.at("norm1"), x), patches.tokens()));
        return ops.add(
                mixed,
                gated(layer.at("mlp"), sizes.channels, sizes.inner, layers.otherBias, norm(norms.at("norm2"), mixed)));
    }

    private Value gated(Scope mlp, int channels, int inner, boolean bias, Value x) {
        return Mlp.gated(
                Linear.of(mlp.at("gate_proj"), channels, inner, bias),
                Linear.of(mlp.at("up_proj"), channels, inner, bias),
                sizes.activation,
                Linear.of(mlp.at("down_proj"), inner, channels, bias),
                x);
    }

    /**
     * By a convolution whose kernel has channels before rows and columns: {@code [batch * tokens, outChannels]}
     */
    private Value downsampled(Value x) {
        int side = geometry.merge();
        Value squares = ops.transpose(ops.reshape(x, -1, (long) side * side, sizes.channels), 0, 2, 1);
        Scope scope = graph.root().at("downsample");
        int width = patches.mergedChannels();
        Value kernel = scope.view(
                scope.tensor("weight", sizes.outChannels, sizes.channels, side, side), sizes.outChannels, width);
        return ops.linear(ops.reshape(squares, -1, width), kernel, scope.weight("bias", sizes.outChannels));
    }

    private Value merged(Value x) {
        Scope merger = graph.root().at("merger");
        int channels = sizes.outChannels;
        Value projected =
                Linear.of(merger.at("proj"), channels, channels, false).apply(x);
        Value normed = Norm.layer(merger.at("post_projection_norm"), projected, channels, MERGER_EPSILON);
        return gated(merger, channels, sizes.mergerInner, false, Activation.GELU.apply(ops, normed));
    }
}
