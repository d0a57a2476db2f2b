package dev.embedonce.model.tower;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.blocks.Rotary;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.SelfAttention;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;

/**
 * Pixtral's vision tower: patches of pictures of any size with rotary positions by row and column, no final norm.
 *
 * @param channels of the hidden states
 * @param theta of the rotary positions
 */
// Source: transformers 5.23, models/pixtral/modeling_pixtral.py, PixtralVisionModel
public record PixtralVision(
        int channels, int layers, int heads, int intermediate, Activation activation, int patchSize, double theta) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    private static final double EPSILON = 1e-5;

    /** Reads a {@code vision_config}. */
    public static PixtralVision read(ModelConfig config) {
        config.requireOnly("num_channels", 3);
        ModelConfig rope = config.optionalObject("rope_parameters");
        rope.oneOf("rope_type", "axial", "default");
        return new PixtralVision(
                config.positive("hidden_size", 1024),
                config.positive("num_hidden_layers", 24),
                config.positive("num_attention_heads", 16),
                config.positive("intermediate_size", 4096),
                config.activation("hidden_act", Activation.GELU),
                config.side("patch_size", 16),
                rope.has("rope_theta") ? rope.number("rope_theta") : config.number("rope_theta", 10_000));
    }

    /** The angles that {@link #hiddenState} takes. */
    public PatchAngles angles() {
        return PatchAngles.alternating(channels / heads, theta);
    }

    /**
     * Adds the tower and an input for the patches' angles.
     *
     * @param path of the tower's module among the graph's tensors
     * @param pixels float32 {@code [batch, 3, height, width]}
     * @param state which hidden state, 0 for what goes into the first layer
     * @return its patches row by row, and how many rows and columns there are
     */
    public PatchGrid hiddenState(TowerGraph graph, String path, Value pixels, int state) {
        Ops ops = graph.ops();
        ops.graph().uses("pixtral-vision", REVISION);
        Scope tower = graph.root().at(path);
        PatchGrid grid = PatchGrid.embed(tower, pixels, "patch_conv.weight", null, 3, channels, patchSize);
        TokenShape tokens = TokenShape.of(ops, grid.tokens());
        Rotary rotary = new Rotary(angles(ops, PatchAngles.COS), angles(ops, PatchAngles.SIN));
        Value x = Norm.rms(tower.at("ln_pre"), tokens.flat(grid.tokens(), channels), channels, EPSILON);
        for (int i = 0; i < state; i++) {
            String list = path + ".transformer.layers";
            x = layer(graph.root().at(list, i), graph.layer(list, i), x, tokens, rotary);
        }
        return new PatchGrid(tokens.batched(x), grid.size());
    }

    private Value angles(Ops ops, String name) {
        return ops.graph()
                .input(name, TensorType.F32, Dim.free("batch"), Dim.free("patches"), Dim.of(channels / heads / 2));
    }

    private Value layer(Scope norms, Scope layer, Value x, TokenShape tokens, Rotary rotary) {
        Ops ops = layer.ops();
        Scope attention = layer.at("attention");
        SelfAttention mix = new SelfAttention(
                        Linear.of(attention.at("q_proj"), channels, channels, false),
                        Linear.of(attention.at("k_proj"), channels, channels, false),
                        Linear.of(attention.at("v_proj"), channels, channels, false),
                        Linear.of(attention.at("o_proj"), channels, channels, false),
                        heads)
                .rotary(rotary);
        Value mixed = ops.add(x, mix.apply(Norm.rms(norms.at("attention_norm"), x, channels, EPSILON), tokens));
        Scope mlp = layer.at("feed_forward");
        return ops.add(
                mixed,
                Mlp.gated(
                        Linear.of(mlp.at("gate_proj"), channels, intermediate, false),
                        Linear.of(mlp.at("up_proj"), channels, intermediate, false),
                        activation,
                        Linear.of(mlp.at("down_proj"), intermediate, channels, false),
                        Norm.rms(norms.at("ffn_norm"), mixed, channels, EPSILON)));
    }
}
