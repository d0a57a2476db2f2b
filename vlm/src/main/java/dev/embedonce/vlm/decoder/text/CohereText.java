package dev.embedonce.vlm.decoder.text;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.ChannelNorm;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.FeedForward;
import dev.embedonce.vlm.decoder.layer.GatedMlp;
import dev.embedonce.vlm.decoder.layer.GroupedQueryAttention;
import dev.embedonce.vlm.decoder.layer.LayerNorm;
import dev.embedonce.vlm.decoder.layer.ParallelLayer;
import dev.embedonce.vlm.decoder.layer.RopeTables;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TextModel.Embedding;
import dev.embedonce.vlm.decoder.layer.TextModel.Head;
import dev.embedonce.vlm.decoder.rope.Rotaries;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cohere and Cohere 2: attention and MLP in parallel after one LayerNorm, rotary positions in pairs of neighbouring
 * channels, scaled logits. In Cohere 2 the layers with sliding-window attention have positions, and those that attend
 * to all tokens have none.
 */
// Source: transformers 5.23, models/cohere/modeling_cohere.py, models/cohere2/modeling_cohere2.py
final class CohereText implements TextReader {
    private static final String SECOND = "cohere2";

    @Override
    public List<String> modelTypes() {
        return List.of("cohere", SECOND);
    }

    @Override
    public boolean tiedByDefault() {
        return true;
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        if (config.flag("use_qk_norm", false)) {
            throw config.refused("use_qk_norm", "false");
        }
        int hidden = config.positive("hidden_size", 8192);
        ChannelNorm norm = new LayerNorm(config.number("layer_norm_eps", 1e-5));
        return new TextModel(
                hidden,
                config.positive("vocab_size", 256_000),
                config.positive("max_position_embeddings", 8192),
                Embedding.PLAIN,
                layers(config, hidden, norm),
                Set.of(),
                norm,
                new Head(tied, (float) config.number("logit_scale", 0.0625), 0));
    }

    private static List<DecoderLayer> layers(ModelConfig config, int hidden, ChannelNorm norm) {
        boolean second = config.text("model_type").equals(SECOND);
        int layers = config.positive("num_hidden_layers", 40);
        int heads = config.positive("num_attention_heads", 64);
        int size = config.positive("head_dim", hidden / heads);
        FeedForward mlp = new GatedMlp(
                hidden,
                config.positive("intermediate_size", 22_528),
                config.activation("hidden_act", Activation.SILU),
                false);
        List<Boolean> rotated = second ? LayerTypes.sliding(config, layers, 4) : Collections.nCopies(layers, true);
        int window = second ? config.positive("sliding_window", 4096) : 0;
        double theta = second ? 10_000 : 500_000;
        RopeTables rope = new RopeTables("rope", Rotaries.read(config, size, theta), true);
        DecoderLayer local = new ParallelLayer(attention(config, heads, size, window, rope), mlp, norm);
        DecoderLayer full = new ParallelLayer(attention(config, heads, size, 0, null), mlp, norm);
        return rotated.stream().map(one -> one ? local : full).toList();
    }

    private static GroupedQueryAttention attention(
            ModelConfig config, int heads, int size, int window, @Nullable RopeTables rope) {
        GroupedHeads grouped = new GroupedHeads(
                heads, config.positive("num_key_value_heads", heads), size, (float) (1 / Math.sqrt(size)), window, 0);
        boolean bias = config.flag("attention_bias", false);
        return new GroupedQueryAttention(grouped, bias, bias, null, rope, false);
    }
}
