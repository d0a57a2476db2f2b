package dev.embedonce.vlm.decoder.text;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.FeedForward;
import dev.embedonce.vlm.decoder.layer.GatedMlp;
import dev.embedonce.vlm.decoder.layer.GroupedQueryAttention;
import dev.embedonce.vlm.decoder.layer.ResidualLayer;
import dev.embedonce.vlm.decoder.layer.ResidualLayer.Norms;
import dev.embedonce.vlm.decoder.layer.RmsNorm;
import dev.embedonce.vlm.decoder.layer.RopeTables;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TextModel.Embedding;
import dev.embedonce.vlm.decoder.layer.TextModel.Head;
import dev.embedonce.vlm.decoder.rope.Rotaries;
import java.util.List;
import java.util.Set;

/**
 * Gemma 3: sandwich norms, QK-norm, sliding-window attention in most layers. Bidirectional sets count in all layers.
 */
// Source: transformers 5.23, models/gemma3/configuration_gemma3.py, Gemma3TextConfig
final class Gemma3Text implements TextReader {
    private static final double THETA = 1_000_000;
    private static final double LOCAL_THETA = 10_000;

    @Override
    public List<String> modelTypes() {
        return List.of("gemma3_text");
    }

    @Override
    public boolean tiedByDefault() {
        return true;
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        if (config.flag("use_bidirectional_attention", false)) {
            throw config.refused("use_bidirectional_attention", "false (models that generate)");
        }
        if (config.has("attn_logit_softcapping")) {
            throw config.refused("attn_logit_softcapping", "null");
        }
        int hidden = config.positive("hidden_size", 2304);
        RmsNorm norm = new RmsNorm(config.number("rms_norm_eps", 1e-6), 1);
        return new TextModel(
                hidden,
                config.positive("vocab_size", 262_208),
                config.positive("max_position_embeddings", 131_072),
                new Embedding((float) Math.sqrt(hidden), 0),
                layers(config, hidden, norm),
                Set.of(),
                norm,
                Head.plain(tied));
    }

    private static List<DecoderLayer> layers(ModelConfig config, int hidden, RmsNorm norm) {
        int size = config.positive("head_dim", 256);
        GroupedHeads heads = new GroupedHeads(
                config.positive("num_attention_heads", 8),
                config.positive("num_key_value_heads", 4),
                size,
                (float) (1 / Math.sqrt(config.number("query_pre_attn_scalar", 256))),
                0,
                0);
        FeedForward mlp = new GatedMlp(
                hidden,
                config.positive("intermediate_size", 9216),
                config.activation("hidden_activation", Activation.GELU_TANH),
                false);
        boolean bias = config.flag("attention_bias", false);
        RopeTables rope = rope(config, size);
        RopeTables localRope = localRope(config, size);
        List<Boolean> sliding = LayerTypes.sliding(config, config.positive("num_hidden_layers", 26), 6);
        int window = sliding.contains(true) ? config.positive("sliding_window", 4096) : 0;
        GroupedHeads windowed =
                new GroupedHeads(heads.heads(), heads.kvHeads(), heads.size(), heads.scale(), window, heads.softcap());
        DecoderLayer full = new ResidualLayer(
                new GroupedQueryAttention(heads, bias, bias, norm, rope, true), mlp, Norms.sandwich(norm));
        DecoderLayer local = new ResidualLayer(
                new GroupedQueryAttention(windowed, bias, bias, norm, localRope, true), mlp, Norms.sandwich(norm));
        return sliding.stream().map(one -> one ? local : full).toList();
    }

    private static RopeTables rope(ModelConfig config, int size) {
        ModelConfig newer = config.optionalObject("rope_parameters").optionalObject(LayerTypes.FULL);
        return new RopeTables(
                "rope",
                newer.has("rope_theta")
                        ? Rotaries.read(newer, newer.number("rope_theta"), size)
                        : Rotaries.read(
                                config.optionalObject("rope_scaling"), config.number("rope_theta", THETA), size));
    }

    private static RopeTables localRope(ModelConfig config, int size) {
        ModelConfig newer = config.optionalObject("rope_parameters").optionalObject(LayerTypes.SLIDING);
        double base = newer.has("rope_theta")
                ? newer.number("rope_theta")
                : config.number("rope_local_base_freq", LOCAL_THETA);
        return new RopeTables("local_rope", Rotaries.read(newer, base, size));
    }
}
