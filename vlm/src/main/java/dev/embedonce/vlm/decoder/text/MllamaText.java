package dev.embedonce.vlm.decoder.text;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.CrossAttention;
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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Llama 3 with cross-attention layers between its own. */
// Source: transformers 5.23, models/mllama/configuration_mllama.py, MllamaTextConfig
final class MllamaText implements TextReader {
    private static final List<Integer> CROSS = List.of(3, 8, 13, 18, 23, 28, 33, 38);
    private static final double THETA = 500_000;
    /** Tokens that occur in prompts and are never generated: the image placeholder, and room for others. */
    private static final int EXTRA_TOKENS = 8;

    @Override
    public List<String> modelTypes() {
        return List.of("mllama_text_model");
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        if (config.flag("tie_word_embeddings", false)) {
            throw config.refused("tie_word_embeddings", "false");
        }
        int hidden = config.positive("hidden_size", 4096);
        int layers = config.positive("num_hidden_layers", 40);
        int heads = config.positive("num_attention_heads", 32);
        int size = hidden / heads;
        Set<Integer> cross = new HashSet<>(config.integers("cross_attention_layers", CROSS));
        if (cross.isEmpty() || cross.stream().anyMatch(layer -> layer < 0 || layer >= layers)) {
            throw config.refused("cross_attention_layers", "some of the " + layers + " layers");
        }
        RmsNorm norm = new RmsNorm(config.number("rms_norm_eps", 1e-5));
        GroupedHeads grouped = new GroupedHeads(
                heads, config.positive("num_key_value_heads", 8), size, (float) (1 / Math.sqrt(size)), 0, 0);
        FeedForward mlp = new GatedMlp(
                hidden,
                config.positive("intermediate_size", 14_336),
                config.activation("hidden_act", Activation.SILU),
                false);
        RopeTables rope = new RopeTables("rope", Rotaries.read(config, size, THETA));
        DecoderLayer self = new ResidualLayer(
                new GroupedQueryAttention(grouped, false, false, null, rope, false), mlp, Norms.pre(norm));
        DecoderLayer attending = new CrossAttention(grouped, norm, mlp);
        return new TextModel(
                hidden,
                config.positive("vocab_size", 128_256),
                config.positive("max_position_embeddings", 131_072),
                new Embedding(1, EXTRA_TOKENS),
                IntStream.range(0, layers)
                        .mapToObj(layer -> cross.contains(layer) ? attending : self)
                        .toList(),
                Set.of(),
                norm,
                Head.plain(false));
    }
}
