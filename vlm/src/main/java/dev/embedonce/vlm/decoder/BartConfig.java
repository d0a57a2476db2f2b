package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.model.ModelConfig;

/**
 * An encoder over the prompt and a decoder that generates, of the BART kind: learned positions, post-norm layers.
 *
 * @param hiddenSize channels of the hidden states
 * @param vocabulary rows of the embedding table, which is the LM head too (tied embeddings)
 * @param positions the most tokens that the encoder, and likewise the decoder, can take
 * @param embeddingScale what token embeddings are multiplied by
 * @param startToken what the decoder begins with
 */
public record BartConfig(
        int hiddenSize,
        int vocabulary,
        int positions,
        Stack encoder,
        Stack decoder,
        Activation activation,
        float embeddingScale,
        long startToken) {
    private static final int EIGHT = 8;

    /** The layers of one side. */
    public record Stack(int layers, int heads, int intermediateSize) {}

    /**
     * Reads a {@code text_config}.
     *
     * @throws dev.embedonce.error.ModelLoadException if a field is not supported
     */
    // Source: transformers 5.23, models/bart/configuration_bart.py
    public static BartConfig read(ModelConfig config) {
        config.oneOf("model_type", "bart", "florence2_language");
        for (String name : new String[] {"normalize_before", "add_final_layer_norm", "add_bias_logits"}) {
            if (config.flag(name, false)) {
                throw config.refused(name, "false");
            }
        }
        int hidden = config.positive("d_model", 1024);
        Stack decoder = stack(config, "decoder", hidden);
        if (hidden / decoder.heads % EIGHT != 0) {
            throw config.refused("decoder_attention_heads", "heads of a number of channels that eight divides");
        }
        return new BartConfig(
                hidden,
                config.positive("vocab_size", 50265),
                config.positive("max_position_embeddings", 1024),
                stack(config, "encoder", hidden),
                decoder,
                config.activation("activation_function", Activation.GELU),
                config.flag("scale_embedding", false) ? (float) Math.sqrt(hidden) : 1,
                config.natural("decoder_start_token_id", 2));
    }

    private static Stack stack(ModelConfig config, String side, int hidden) {
        int heads = config.positive(side + "_attention_heads", 16);
        if (hidden % heads != 0) {
            throw config.refused(side + "_attention_heads", "a number that divides " + hidden);
        }
        return new Stack(config.positive(side + "_layers", 12), heads, config.positive(side + "_ffn_dim", 4096));
    }
}
