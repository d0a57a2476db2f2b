package dev.embedonce.vlm.family.mllama;

import dev.embedonce.encoder.arch.ModelConfig;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.vlm.decoder.DecoderConfig;
import dev.embedonce.vlm.decoder.DecoderConfig.Projections;
import dev.embedonce.vlm.decoder.DecoderConfig.Style;
import dev.embedonce.vlm.decoder.Rotaries;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What an mllama config says about the language side.
 *
 * @param imageTokenId the token that stands where a picture is
 */
// Source: transformers 5.23, models/mllama/configuration_mllama.py, MllamaTextConfig
record MllamaConfig(DecoderConfig text, int imageTokenId) {
    private static final List<Integer> CROSS = List.of(3, 8, 13, 18, 23, 28, 33, 38);
    private static final double THETA = 500_000;
    /** Tokens that are read and never written: the picture's, and room for others. */
    private static final int EXTRA_TOKENS = 8;

    static MllamaConfig read(ModelConfig config) {
        ModelConfig text = config.object("text_config");
        text.oneOf("model_type", "mllama_text_model");
        if (text.flag("tie_word_embeddings", false)) {
            throw text.refused("tie_word_embeddings", "false");
        }
        int imageTokenId =
                config.natural(config.has("image_token_id") ? "image_token_id" : "image_token_index", 128_256);
        return new MllamaConfig(text(text), imageTokenId);
    }

    private static DecoderConfig text(ModelConfig config) {
        int hidden = config.positive("hidden_size", 4096);
        int layers = config.positive("num_hidden_layers", 40);
        int heads = config.positive("num_attention_heads", 32);
        int size = hidden / heads;
        Set<Integer> cross = new HashSet<>(config.integers("cross_attention_layers", CROSS));
        if (cross.isEmpty() || cross.stream().anyMatch(layer -> layer < 0 || layer >= layers)) {
            throw config.refused("cross_attention_layers", "some of the " + layers + " layers");
        }
        return new DecoderConfig(
                hidden,
                layers,
                config.positive("vocab_size", 128_256),
                config.positive("max_position_embeddings", 131_072),
                new GroupedHeads(
                        heads, config.positive("num_key_value_heads", 8), size, (float) (1 / Math.sqrt(size)), 0, 0),
                new Projections(false, false, false, false),
                config.positive("intermediate_size", 14_336),
                config.activation("hidden_act", Activation.SILU),
                config.number("rms_norm_eps", 1e-5),
                false,
                Rotaries.read(config, size, THETA),
                0,
                Style.looking(cross, EXTRA_TOKENS));
    }
}
