package dev.embedonce.vlm.family.qwen3_vl;

import dev.embedonce.vlm.decoder.Prompt;
import dev.embedonce.vlm.decoder.Prompt.Placement;
import dev.embedonce.vlm.prompt.GridPositions;
import dev.embedonce.vlm.prompt.GridPositions.Grid;
import dev.embedonce.vlm.prompt.Placeholders;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.vision.PatchProcessing;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Features in place of the placeholders and, level by level, behind the first layers; positions by the pictures' grids.
 *
 * @param levels how many deepstack levels the features have
 */
record Qwen3VlPrompts(long imageTokenId, int mergeSize, int levels) implements PromptAssembler {
    private static final String PLACEHOLDER = "<|image_pad|>";

    @Override
    public String expand(String prompt, List<VisionFeatures> images) {
        return Placeholders.expand(prompt, PLACEHOLDER, images, image -> PLACEHOLDER.repeat(image.tokens()));
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
            placements.add(new Placement(Prompt.EMBEDDINGS, tokens, image.features()));
            for (int level = 0; level < levels; level++) {
                placements.add(new Placement(level, tokens, image.get(Qwen3VlVision.level(level))));
            }
        }
        GridPositions positions = GridPositions.of(ids.length, grids);
        return new Prompt(ids, positions.positions(), positions.next(), placements);
    }
}
