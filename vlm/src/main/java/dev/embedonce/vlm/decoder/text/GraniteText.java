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
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * Granite: Llama's layers with multipliers of the embeddings, of what each half of a layer adds, of attention scores
 * (in place of {@code 1 / sqrt(head_dim)}), and a divisor of the logits.
 */
// Source: transformers 5.23, models/granite/modeling_granite.py
final class GraniteText implements TextReader {
    private static final double THETA = 10_000;

    @Override
    public List<String> modelTypes() {
        return List.of("granite");
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        int hidden = config.positive("hidden_size", 4096);
        int heads = config.positive("num_attention_heads", 32);
        int size = config.positive("head_dim", hidden / heads);
        boolean bias = config.flag("attention_bias", false);
        RmsNorm norm = new RmsNorm(config.number("rms_norm_eps", 1e-6));
        GroupedHeads grouped = new GroupedHeads(
                heads,
                config.positive("num_key_value_heads", heads),
                size,
                (float) config.number("attention_multiplier", 1),
                0,
                0);
        RopeTables rope = new RopeTables("rope", Rotaries.read(config, size, THETA));
        FeedForward mlp = new GatedMlp(
                hidden,
                config.positive("intermediate_size", 11_008),
                config.activation("hidden_act", Activation.SILU),
                config.flag("mlp_bias", false));
        DecoderLayer layer = new ResidualLayer(
                new GroupedQueryAttention(grouped, bias, bias, null, rope, false), mlp, Norms.pre(norm), (float)
                        config.number("residual_multiplier", 1));
        return new TextModel(
                hidden,
                config.positive("vocab_size", 32_000),
                config.positive("max_position_embeddings", 2048),
                new Embedding((float) config.number("embedding_multiplier", 1), 0),
                Collections.nCopies(config.positive("num_hidden_layers", 32), layer),
                Set.of(),
                norm,
                new Head(tied, (float) (1 / config.number("logits_scaling", 1)), 0));
    }
}
