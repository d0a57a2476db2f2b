package dev.embedonce.vlm.family.qwen3_vl;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;

/**
 * What a qwen3_vl config says about the language side.
 *
 * @param deepstackLevels how many of the first layers get features added behind them
 * @param imageTokenId the token that stands for a feature of a picture
 * @param mergeSize patches a side that become one token
 */
record Qwen3VlConfig(TextModel text, int deepstackLevels, int imageTokenId, int mergeSize) {
    static Qwen3VlConfig read(ModelConfig config) {
        ModelConfig vision = config.object("vision_config");
        int levels = vision.integers("deepstack_visual_indexes", Qwen3VlVision.DEFAULT_LEVELS)
                .size();
        return new Qwen3VlConfig(
                TextModels.readOf(config).withDeepstack(levels),
                levels,
                config.natural("image_token_id", 151_655),
                vision.positive("spatial_merge_size", 2));
    }
}
