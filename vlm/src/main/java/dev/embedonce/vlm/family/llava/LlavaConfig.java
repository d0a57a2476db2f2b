package dev.embedonce.vlm.family.llava;

import dev.embedonce.encoder.arch.ModelConfig;
import dev.embedonce.vlm.decoder.DecoderConfig;
import dev.embedonce.vlm.decoder.TextConfigs;

/**
 * What a llava config says about the language side.
 *
 * @param imageTokenId the token that stands for a feature of a picture
 */
record LlavaConfig(DecoderConfig text, int imageTokenId) {
    static LlavaConfig read(ModelConfig config) {
        int imageTokenId = config.natural(config.has("image_token_id") ? "image_token_id" : "image_token_index", 32000);
        return new LlavaConfig(TextConfigs.readOf(config), imageTokenId);
    }
}
