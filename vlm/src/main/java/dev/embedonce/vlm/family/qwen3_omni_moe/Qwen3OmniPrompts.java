package dev.embedonce.vlm.family.qwen3_omni_moe;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.prompt.GridPrompts;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.List;

/**
 * Prompts as Qwen3-VL's; placeholders of audio and videos are refused.
 *
 * @param grids places features, and gives positions
 */
// Source: transformers 5.23, models/qwen3_omni_moe/processing_qwen3_omni_moe.py
record Qwen3OmniPrompts(GridPrompts grids, long audioTokenId, long videoTokenId) implements PromptAssembler {
    private static final List<String> REFUSED = List.of("<|audio_pad|>", "<|video_pad|>");

    /**
     * Reads the ids of placeholders.
     *
     * @param config the thinker's
     */
    static Qwen3OmniPrompts read(ModelConfig config, int mergeSize, List<String> levels) {
        return new Qwen3OmniPrompts(
                new GridPrompts("<|image_pad|>", config.natural("image_token_id", 151_655), mergeSize, levels),
                config.natural("audio_token_id", 151_646),
                config.natural("video_token_id", 151_656));
    }

    @Override
    public void requirePlaces(String prompt, int images) {
        for (String placeholder : REFUSED) {
            if (prompt.contains(placeholder)) {
                throw new IllegalArgumentException(
                        "the prompt has the placeholder " + placeholder + ", but audio and videos are not supported");
            }
        }
        grids.requirePlaces(prompt, images);
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        requirePlaces(prompt, images.size());
        return grids.expand(prompt, images);
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == audioTokenId || ids[i] == videoTokenId) {
                throw new IllegalArgumentException("token " + i + " of the prompt has the id " + ids[i]
                        + ", which stands for audio or a video, but they are not supported");
            }
        }
        return grids.assemble(ids, images);
    }
}
