package dev.embedonce.vlm.decoder;

import dev.embedonce.encoder.arch.ModelConfig;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.vlm.decoder.DecoderConfig.Projections;

/** Reads the {@code text_config} of a vision-language model: Llama, Mistral, Qwen2, Qwen3 and what is made like them. */
public final class TextConfigs {
    private TextConfigs() {}

    /** What a kind of language model has where its config is silent. */
    private record Kind(
            int intermediate, int vocabulary, int context, int kvHeads, double theta, Projections projections) {}

    /**
     * Reads the language side of a whole config: its {@code text_config}, or the config itself where older ones have all fields at
     * the top. Whether the output layer is the embedding table stands at the top or, before transformers 5, within.
     */
    public static DecoderConfig readOf(ModelConfig config) {
        ModelConfig text = config.has("text_config") ? config.object("text_config") : config;
        boolean tied = config.has("tie_word_embeddings")
                ? config.flag("tie_word_embeddings", false)
                : text.flag("tie_word_embeddings", false);
        return read(text, tied);
    }

    /**
     * Reads the config of a language model.
     *
     * @param config with {@code model_type}
     * @param tied whether the output layer is the embedding table
     * @throws dev.embedonce.error.ModelLoadException if the kind or a field is not supported
     */
    public static DecoderConfig read(ModelConfig config, boolean tied) {
        Kind kind = switch (config.text("model_type")) {
            case "llama" -> new Kind(11008, 32000, 2048, 0, 10_000, bias(config.flag("attention_bias", false), config));
            case "mistral" -> new Kind(14336, 32000, 131_072, 8, 10_000, bias(false, config));
            case "qwen2", "qwen2_vl", "qwen2_vl_text", "qwen2_5_vl", "qwen2_5_vl_text" ->
                new Kind(22016, 151_936, 32_768, 32, 10_000, new Projections(true, false, false, false));
            case "qwen3", "qwen3_vl_text" ->
                new Kind(
                        22016,
                        151_936,
                        32_768,
                        32,
                        10_000,
                        new Projections(
                                config.flag("attention_bias", false),
                                config.flag("attention_bias", false),
                                true,
                                false));
            default -> throw config.refused("model_type", "llama, mistral, qwen2 or qwen3");
        };
        int hidden = config.positive("hidden_size", 4096);
        int heads = config.positive("num_attention_heads", 32);
        int size = config.positive("head_dim", kind.projections.headNorm() ? 128 : hidden / heads);
        return new DecoderConfig(
                hidden,
                config.positive("num_hidden_layers", 32),
                config.positive("vocab_size", kind.vocabulary),
                config.positive("max_position_embeddings", kind.context),
                new GroupedHeads(
                        heads,
                        config.positive("num_key_value_heads", kind.kvHeads == 0 ? heads : kind.kvHeads),
                        size,
                        (float) (1 / Math.sqrt(size)),
                        window(config),
                        0),
                kind.projections,
                config.positive("intermediate_size", kind.intermediate),
                config.activation("hidden_act", Activation.SILU),
                config.number("rms_norm_eps", 1e-6),
                tied,
                Rotaries.read(config, size, kind.theta),
                0);
    }

    private static Projections bias(boolean attention, ModelConfig config) {
        return new Projections(attention, attention, false, config.flag("mlp_bias", false));
    }

    /** Mistral's window is on whenever it has a size; Qwen's only if {@code use_sliding_window} says so. */
    private static int window(ModelConfig config) {
        boolean mistral = config.text("model_type").equals("mistral");
        boolean on = mistral ? config.has("sliding_window") : config.flag("use_sliding_window", false);
        if (on && !mistral) {
            throw config.refused("use_sliding_window", "false (windows in some layers only are not supported)");
        }
        return on ? config.positive("sliding_window") : 0;
    }
}
