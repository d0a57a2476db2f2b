package dev.embedonce.vlm.family.dots_ocr;

import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.prompt.RepeatedPlaceholder;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.List;

/**
 * A placeholder for each feature, positions in order; placeholders of videos are refused.
 *
 * @param placeholders of pictures
 */
record DotsOcrPrompts(RepeatedPlaceholder placeholders) implements PromptAssembler {
    static final String PLACEHOLDER = "<|imgpad|>";

    private static final String VIDEO = "<|video_pad|>";

    DotsOcrPrompts(long imageTokenId) {
        this(new RepeatedPlaceholder(PLACEHOLDER, imageTokenId));
    }

    @Override
    public void requirePlaces(String prompt, int images) {
        if (prompt.contains(VIDEO)) {
            throw new IllegalArgumentException(
                    "the prompt has the placeholder " + VIDEO + ", but videos are not supported");
        }
        placeholders.requirePlaces(prompt, images);
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        requirePlaces(prompt, images.size());
        return placeholders.expand(prompt, images);
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        return placeholders.assemble(ids, images);
    }
}
