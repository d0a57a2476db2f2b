package dev.embedonce.encoder.arch;

import dev.embedonce.encoder.arch.Transformer.Attended;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.SelfAttention;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/** The transformer layer of CLIP and SigLIP, both sides: norm, attention, residual, norm, MLP, residual. */
// Source: transformers 5.23, models/clip/modeling_clip.py, CLIPEncoderLayer; models/siglip/modeling_siglip.py,
// SiglipEncoderLayer
final class ClipLayer {
    private ClipLayer() {}

    /** All the layers of a side, for all its tokens. */
    static Value stack(Tower tower, String list, Transformer sizes, Value x, TokenShape tokens, boolean causal) {
        Value hidden = x;
        for (int i = 0; i < sizes.layers(); i++) {
            hidden = apply(tower.layer(list, i), sizes, hidden, tokens, causal, false);
        }
        return hidden;
    }

    /** All the layers of a side, of which that is read which {@link Transformer#pooled} needs. */
    static Value stackFor(Pooling pooling, Tower tower, String list, Transformer sizes, Value x, TokenShape tokens) {
        Value hidden = x;
        for (int i = 0; i < sizes.layers(); i++) {
            boolean firstOnly = sizes.firstTokenOnly(i, pooling);
            hidden = apply(tower.layer(list, i), sizes, hidden, tokens, false, firstOnly);
        }
        return hidden;
    }

    private static Value apply(
            Scope scope, Transformer sizes, Value x, TokenShape tokens, boolean causal, boolean firstOnly) {
        Ops ops = scope.ops();
        int channels = sizes.channels();
        Scope attention = scope.at("self_attn");
        SelfAttention selfAttention = new SelfAttention(
                Linear.of(attention.at("q_proj"), channels, channels, true),
                Linear.of(attention.at("k_proj"), channels, channels, true),
                Linear.of(attention.at("v_proj"), channels, channels, true),
                Linear.of(attention.at("out_proj"), channels, channels, true),
                sizes.heads());
        if (causal) {
            selfAttention.causal();
        }
        Value normal = Norm.layer(scope.at("layer_norm1"), x, channels, sizes.epsilon());
        Attended attended = Transformer.attend(selfAttention, normal, x, tokens, firstOnly);
        Value middle = ops.add(attended.residual(), attended.mixed());
        Value fed = Mlp.plain(
                Linear.of(scope.at("mlp.fc1"), channels, sizes.inner(), true),
                sizes.activation(),
                Linear.of(scope.at("mlp.fc2"), sizes.inner(), channels, true),
                Norm.layer(scope.at("layer_norm2"), middle, channels, sizes.epsilon()));
        return ops.add(middle, fed);
    }

    /**
     * Token and position embeddings of a text.
     *
     * @param ids int64 [batch, tokens]
     * @return float32 [batch, tokens, channels]
     */
    static Value embedText(Scope scope, Value ids, int vocabulary, int maxTokens, int channels) {
        Ops ops = scope.ops();
        // gathered in the checkpoint's type, so that a 16-bit table is not widened whole
        Value table = ops.graph().external(scope.tensor("token_embedding.weight", vocabulary, channels));
        Value words = ops.graph().asFloat32(ops.gather(table, ids, 0));
        Value positions = scope.weight("position_embedding.weight", maxTokens, channels);
        return ops.add(words, ops.sliceTo(positions, 0, ops.dim(ids, 1)));
    }
}
