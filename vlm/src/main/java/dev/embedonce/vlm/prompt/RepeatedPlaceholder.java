package dev.embedonce.vlm.prompt;

import dev.embedonce.vlm.prompt.Prompt.How;
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
 * @param how features take the place of token embeddings
 */
public record RepeatedPlaceholder(String placeholder, long imageTokenId, How how) implements PromptAssembler {
    /** With features as they are. */
    public RepeatedPlaceholder(String placeholder, long imageTokenId) {
        this(placeholder, imageTokenId, How.REPLACE);
    }

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
                    new Target(0, how), indices.get(i), images.get(i).features()));
        }
        return Prompt.inOrder(ids, placements);
    }
}
