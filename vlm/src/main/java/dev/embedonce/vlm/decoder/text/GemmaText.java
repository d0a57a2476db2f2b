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
 * Gemma and Gemma 2: norms that multiply by 1 more than their weights, scaled token embeddings. Gemma 2 has sandwich
 * norms, softcaps of scores and logits, and a sliding window in every other layer. Bidirectional sets count in all
 * layers.
 */
// Source: transformers 5.23, models/gemma/configuration_gemma.py, models/gemma2/configuration_gemma2.py
final class GemmaText implements TextReader {
    private static final String SECOND = "gemma2";

    @Override
    public List<String> modelTypes() {
        return List.of("gemma", SECOND);
    }

    @Override
    public boolean tiedByDefault() {
        return true;
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        boolean second = config.text("model_type").equals(SECOND);
        int hidden = config.positive("hidden_size", second ? 2304 : 3072);
        RmsNorm norm = new RmsNorm(config.number("rms_norm_eps", 1e-6), 1);
        return new TextModel(
                hidden,
                config.positive("vocab_size", 256_000),
                config.positive("max_position_embeddings", 8192),
                new Embedding((float) Math.sqrt(hidden), 0),
                second ? secondLayers(config, hidden, norm) : firstLayers(config, hidden, norm),
                Set.of(),
                norm,
                new Head(tied, 1, second ? (float) config.numberOrNone("final_logit_softcapping", 30) : 0));
    }

    private static List<DecoderLayer> firstLayers(ModelConfig config, int hidden, RmsNorm norm) {
        int heads = config.positive("num_attention_heads", 16);
        int size = config.positive("head_dim", 256);
        GroupedHeads grouped = new GroupedHeads(
                heads, config.positive("num_key_value_heads", 16), size, (float) (1 / Math.sqrt(size)), 0, 0);
        FeedForward mlp =
                new GatedMlp(hidden, config.positive("intermediate_size", 24_576), firstActivation(config), false);
        DecoderLayer layer = new ResidualLayer(attention(config, grouped, rope(config, size)), mlp, Norms.pre(norm));
        return Collections.nCopies(config.positive("num_hidden_layers", 28), layer);
    }

    /** {@code hidden_act} of gelu, in files that do not have the newer field, means tanh's approximation of it. */
    private static Activation firstActivation(ModelConfig config) {
        if (config.has("hidden_activation")) {
            return config.activation("hidden_activation");
        }
        Activation activation = config.activation("hidden_act", Activation.GELU_TANH);
        return activation == Activation.GELU ? Activation.GELU_TANH : activation;
    }

    private static List<DecoderLayer> secondLayers(ModelConfig config, int hidden, RmsNorm norm) {
        int heads = config.positive("num_attention_heads", 8);
        int kvHeads = config.positive("num_key_value_heads", 4);
        int size = config.positive("head_dim", 256);
        float scale = (float) (1 / Math.sqrt(config.number("query_pre_attn_scalar", 256)));
        float softcap = (float) config.numberOrNone("attn_logit_softcapping", 50);
        FeedForward mlp = new GatedMlp(
                hidden,
                config.positive("intermediate_size", 9216),
                config.activation("hidden_activation", Activation.GELU_TANH),
                false);
        List<Boolean> sliding = LayerTypes.sliding(config, config.positive("num_hidden_layers", 26), 2);
        int window = sliding.contains(true) ? config.positive("sliding_window", 4096) : 0;
        GroupedHeads full = new GroupedHeads(heads, kvHeads, size, scale, 0, softcap);
        GroupedHeads local = new GroupedHeads(heads, kvHeads, size, scale, window, softcap);
        RopeTables rope = rope(config, size);
        DecoderLayer fullLayer = new ResidualLayer(attention(config, full, rope), mlp, Norms.sandwich(norm));
        DecoderLayer localLayer = new ResidualLayer(attention(config, local, rope), mlp, Norms.sandwich(norm));
        return sliding.stream().map(one -> one ? localLayer : fullLayer).toList();
    }

    private static RopeTables rope(ModelConfig config, int size) {
        return new RopeTables("rope", Rotaries.read(config, size, 10_000.0));
    }

    private static GroupedQueryAttention attention(ModelConfig config, GroupedHeads heads, RopeTables rope) {
        boolean bias = config.flag("attention_bias", false);
        return new GroupedQueryAttention(heads, bias, bias, null, rope, true);
    }
}
