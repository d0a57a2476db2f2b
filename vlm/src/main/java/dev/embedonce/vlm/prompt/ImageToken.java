package dev.embedonce.vlm.prompt;

import dev.embedonce.model.ModelConfig;

/** Reads the id of the token that stands for a feature of a picture. */
public final class ImageToken {
    private ImageToken() {}

    /**
     * {@code image_token_id}, or {@code image_token_index} as older configs call it.
     *
     * @param config the whole one
     * @param missing where it says neither
     */
    public static int id(ModelConfig config, int missing) {
        return config.natural(config.has("image_token_id") ? "image_token_id" : "image_token_index", missing);
    }
}
