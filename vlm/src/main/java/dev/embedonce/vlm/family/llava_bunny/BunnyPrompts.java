package dev.embedonce.vlm.family.llava_bunny;

import dev.embedonce.vlm.prompt.Placeholders;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.prompt.RepeatedPlaceholder;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.Arrays;
import java.util.List;

/** An id that is no token's for each feature of a picture; the texts between are encoded each by itself. */
// Source: BAAI-DCAI/Bunny, bunny/util/mm_utils.py, tokenizer_image_token; bunny/constants.py
record BunnyPrompts() implements PromptAssembler {
    static final String IMAGE = "<image>";

    private static final long IMAGE_ID = -200;

    @Override
    public void requirePlaces(String prompt, int images) {
        Placeholders.require(prompt, IMAGE, images);
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        return Placeholders.expandToPieces(prompt, IMAGE, images, BunnyPrompts::ids);
    }

    private static PromptPiece ids(VisionFeatures features) {
        long[] ids = new long[features.tokens()];
        Arrays.fill(ids, IMAGE_ID);
        return new PromptPiece.Ids(ids);
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        return new RepeatedPlaceholder(IMAGE, IMAGE_ID).assemble(ids, images);
    }
}
