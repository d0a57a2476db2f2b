package dev.embedonce.vlm.prompt;

import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.List;

/**
 * Brings text and pictures together the way a family does. All that depends on a picture is read from its features, so
 * that a picture whose features are cached is neither decoded nor measured. Immutable and thread-safe.
 */
public interface PromptAssembler {
    /**
     * Refuses a prompt that has not one placeholder for each picture; asked before any picture is looked at.
     *
     * @param prompt as {@link #expand} takes it
     * @throws IllegalArgumentException if there are more or fewer placeholders than pictures
     */
    void requirePlaces(String prompt, int images);

    /**
     * The rendered prompt with the placeholder of every picture made as long as its features.
     *
     * @param prompt with one placeholder a picture, as the chat template writes it
     * @throws IllegalArgumentException if there are more or fewer placeholders than pictures
     */
    List<PromptPiece> expand(String prompt, List<VisionFeatures> images);

    /**
     * The language model's input.
     *
     * @param ids the expanded prompt's token ids
     * @throws IllegalArgumentException if the placeholders among the ids are not as many as the features have tokens
     */
    Prompt assemble(long[] ids, List<VisionFeatures> images);
}
