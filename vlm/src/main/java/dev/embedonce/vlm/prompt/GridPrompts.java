package dev.embedonce.vlm.prompt;

import dev.embedonce.vlm.prompt.GridPositions.Grid;
import dev.embedonce.vlm.prompt.Prompt.Placement;
import dev.embedonce.vlm.prompt.Prompt.Target;
import dev.embedonce.vlm.vision.PatchProcessing;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Features of packed patches in place of the placeholders and, level by level, after the first layers; positions by the
 * pictures' grids.
 *
 * @param placeholder in the text
 * @param imageTokenId its token
 * @param mergeSize patches a side that become one token
 * @param levels the features that are added after the first layers, by name
 */
// Source: transformers 5.23, models/qwen2_vl/processing_qwen2_vl.py, modeling_qwen2_vl.py, Qwen2VLModel.get_rope_index
public record GridPrompts(String placeholder, long imageTokenId, int mergeSize, List<String> levels)
        implements PromptAssembler {
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
        List<Grid> grids = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            VisionFeatures image = images.get(i);
            int[] tokens = indices.get(i);
            LongBuffer thw = image.get(PatchProcessing.GRID).longs();
            grids.add(new Grid(tokens[0], (int) thw.get(1) / mergeSize, (int) thw.get(2) / mergeSize));
            placements.add(new Placement(Target.EMBEDDINGS, tokens, image.features()));
            for (int level = 0; level < levels.size(); level++) {
                placements.add(new Placement(Target.addedBehind(level), tokens, image.get(levels.get(level))));
            }
        }
        GridPositions positions = GridPositions.of(ids.length, grids);
        return Prompt.builder(ids)
                .positions(positions.positions(), positions.next())
                .placements(placements)
                .build();
    }
}
