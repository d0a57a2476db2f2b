package dev.embedonce.vlm.prompt;

import dev.embedonce.vlm.prompt.Prompt.Placement;
import dev.embedonce.vlm.prompt.Prompt.Target;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.ArrayList;
import java.util.List;

/**
 * A placeholder for each feature, positions in order.
 *
 * @param placeholder in the text
 * @param imageTokenId its token
 */
public record RepeatedPlaceholder(String placeholder, long imageTokenId) implements PromptAssembler {
    @Override
    public void requirePlaces(String prompt, int images) {
        Placeholders.require(prompt, placeholder, images);
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        return Placeholders.expand(prompt, placeholder, images, image -> placeholder.repeat(image.tokens()));
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        List<int[]> indices = Placeholders.indices(ids, imageTokenId, images);
        List<Placement> placements = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            placements.add(new Placement(
                    Target.EMBEDDINGS, indices.get(i), images.get(i).features()));
        }
        return Prompt.inOrder(ids, placements);
    }
}
