package dev.embedonce.vlm.family.gemma3;

import dev.embedonce.encoder.arch.ModelConfig;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.vlm.decoder.DecoderConfig;
import dev.embedonce.vlm.decoder.DecoderConfig.Local;
import dev.embedonce.vlm.decoder.DecoderConfig.Projections;
import dev.embedonce.vlm.decoder.DecoderConfig.Style;
import dev.embedonce.vlm.decoder.LayerTypes;
import dev.embedonce.vlm.decoder.Rotaries;
import dev.embedonce.vlm.decoder.Rotary;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a gemma3 config says about the language side. {@code final_logit_softcapping} changes nothing: in transformers 5.23 only the
 * class for text without pictures applies it.
 *
 * @param imageTokenId the token that stands for a feature of a picture
 */
// Source: transformers 5.23, models/gemma3/configuration_gemma3.py, Gemma3TextConfig
record Gemma3Config(DecoderConfig text, int imageTokenId) {
    private static final double THETA = 1_000_000;
    private static final double LOCAL_THETA = 10_000;

    static Gemma3Config read(ModelConfig config) {
        ModelConfig text = config.object("text_config");
        text.oneOf("model_type", "gemma3_text");
        if (text.flag("use_bidirectional_attention", false)) {
            throw text.refused("use_bidirectional_attention", "false (models that write)");
        }
        if (text.has("attn_logit_softcapping")) {
            throw text.refused("attn_logit_softcapping", "null");
        }
        boolean tied = config.has("tie_word_embeddings")
                ? config.flag("tie_word_embeddings", true)
                : text.flag("tie_word_embeddings", true);
        int imageTokenId =
                config.natural(config.has("image_token_id") ? "image_token_id" : "image_token_index", 262_144);
        return new Gemma3Config(text(text, tied), imageTokenId);
    }

    private static DecoderConfig text(ModelConfig config, boolean tied) {
        int hidden = config.positive("hidden_size", 2304);
        int layers = config.positive("num_hidden_layers", 26);
        int size = config.positive("head_dim", 256);
        boolean bias = config.flag("attention_bias", false);
        float scale = (float) (1 / Math.sqrt(config.number("query_pre_attn_scalar", 256)));
        GroupedHeads heads = new GroupedHeads(
                config.positive("num_attention_heads", 8),
                config.positive("num_key_value_heads", 4),
                size,
                scale,
                0,
                0);
        Set<Integer> windowed = windowed(config, layers);
        Local local = windowed.isEmpty()
                ? null
                : new Local(windowed, config.positive("sliding_window", 4096), localRotary(config, size));
        return new DecoderConfig(
                hidden,
                layers,
                config.positive("vocab_size", 262_208),
                config.positive("max_position_embeddings", 131_072),
                heads,
                new Projections(bias, bias, true, false),
                config.positive("intermediate_size", 9216),
                config.activation("hidden_activation", Activation.GELU_TANH),
                config.number("rms_norm_eps", 1e-6),
                tied,
                rotary(config, size),
                0,
                new Style(1, true, (float) Math.sqrt(hidden), true, local, Set.of(), 0));
    }

    /** The layers with a window: as {@code layer_types} lists them, or all but every {@code sliding_window_pattern}-th. */
    private static Set<Integer> windowed(ModelConfig config, int layers) {
        Set<Integer> windowed = new HashSet<>();
        if (config.has("layer_types")) {
            List<String> types = LayerTypes.read(config, layers);
            for (int i = 0; i < layers; i++) {
                if (types.get(i).equals(LayerTypes.SLIDING)) {
                    windowed.add(i);
                }
            }
            return windowed;
        }
        int pattern = config.positive("sliding_window_pattern", 6);
        for (int i = 0; i < layers; i++) {
            if ((i + 1) % pattern != 0) {
                windowed.add(i);
            }
        }
        return windowed;
    }

    private static Rotary rotary(ModelConfig config, int size) {
        ModelConfig newer = config.optionalObject("rope_parameters").optionalObject("full_attention");
        return newer.has("rope_theta")
                ? Rotaries.read(newer, newer.number("rope_theta"), size)
                : Rotaries.read(config.optionalObject("rope_scaling"), config.number("rope_theta", THETA), size);
    }

    private static Rotary localRotary(ModelConfig config, int size) {
        ModelConfig newer = config.optionalObject("rope_parameters").optionalObject("sliding_attention");
        double base = newer.has("rope_theta")
                ? newer.number("rope_theta")
                : config.number("rope_local_base_freq", LOCAL_THETA);
        return Rotaries.read(newer, base, size);
    }
}
