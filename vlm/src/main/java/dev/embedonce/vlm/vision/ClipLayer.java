package dev.embedonce.vlm.vision;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.SelfAttention;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/** The transformer layer of CLIP and SigLIP: norm, attention, residual, norm, MLP, residual. */
// Source: transformers 5.23, models/clip/modeling_clip.py, CLIPEncoderLayer
record ClipLayer(int channels, int heads, int intermediate, Activation activation, double epsilon) {
    /**
     * Adds a layer.
     *
     * @param list the path of the list of layers
     * @param x float32 {@code [batch * tokens, channels]}
     * @return float32 of the same shape
     */
    Value apply(TowerBuilder builder, String list, int index, Value x, TokenShape tokens) {
        Ops ops = builder.ops();
        Scope norms = builder.root().at(list, index);
        Scope attention = builder.layer(list, index).at("self_attn");
        SelfAttention mix = new SelfAttention(
                Linear.of(attention.at("q_proj"), channels, channels, true),
                Linear.of(attention.at("k_proj"), channels, channels, true),
                Linear.of(attention.at("v_proj"), channels, channels, true),
                Linear.of(attention.at("out_proj"), channels, channels, true),
                heads);
        Value mixed = ops.add(x, mix.apply(Norm.layer(norms.at("layer_norm1"), x, channels, epsilon), tokens));
        Scope mlp = builder.layer(list, index).at("mlp");
        Value fed = Mlp.plain(
                Linear.of(mlp.at("fc1"), channels, intermediate, true),
                activation,
                Linear.of(mlp.at("fc2"), intermediate, channels, true),
                Norm.layer(norms.at("layer_norm2"), mixed, channels, epsilon));
        return ops.add(mixed, fed);
    }
}
