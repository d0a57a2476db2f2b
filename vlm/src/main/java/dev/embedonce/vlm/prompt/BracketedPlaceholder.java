package dev.embedonce.vlm.prompt;

import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.List;
import java.util.OptionalLong;

/**
 * A mark, a placeholder for each feature, another mark; positions in order.
 *
 * @param image what templates write where a picture is
 * @param begin before a picture's features
 * @param patch stands for one feature
 * @param end after them
 * @param patchId the token of {@code patch}; where no file says it, the token that is repeated most often in a row
 */
public record BracketedPlaceholder(String image, String begin, String patch, String end, OptionalLong patchId)
        implements PromptAssembler {

    @Override
    public void requirePlaces(String prompt, int images) {
        Placeholders.require(prompt, image, images);
        if (!patch.equals(image)) {
            Placeholders.require(prompt, patch, 0);
        }
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        return Placeholders.expand(prompt, image, images, features -> begin + patch.repeat(features.tokens()) + end);
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        long id = images.isEmpty() ? patchId.orElse(-1) : patchId.orElseGet(() -> mostRepeated(ids));
        return new RepeatedPlaceholder(patch, id).assemble(ids, images);
    }

    private static long mostRepeated(long[] ids) {
        long best = -1;
        int most = 0;
        int run = 0;
        for (int i = 0; i < ids.length; i++) {
            run = i > 0 && ids[i] == ids[i - 1] ? run + 1 : 1;
            if (run > most) {
                most = run;
                best = ids[i];
            }
        }
        return best;
    }
}
