package dev.embedonce.vlm.family.ernie4_5_moe_vl;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.prompt.GridPrompts;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A placeholder for each feature, between the marks that templates write. The tokens of pictures, marks included, are
 * of kind 1: they have experts of their own.
 *
 * @param grids places features, and gives positions
 * @param ofPictures ids of the tokens of kind 1
 * @param ofVideos ids that no prompt may have
 */
// Source: transformers 5.23, models/ernie4_5_vl_moe/processing_ernie4_5_vl_moe.py, create_moe_mm_token_type_ids;
// PaddleFormers, transformers/ernie4_5_moe_vl/processor.py
record ErniePrompts(GridPrompts grids, Set<Long> ofPictures, Set<Long> ofVideos) implements PromptAssembler {
    private static final String IMAGE = "<|IMAGE_PLACEHOLDER|>";
    /** What published templates write, and the published processor replaces. */
    private static final String PUBLISHED_IMAGE = "<|image@placeholder|>";

    private static final List<String> VIDEOS = List.of("<|VIDEO_PLACEHOLDER|>", "<|video@placeholder|>");

    static ErniePrompts read(ModelConfig config, int mergeSize) {
        long image = config.natural(config.has("im_patch_id") ? "im_patch_id" : "image_token_id", 100_295);
        return new ErniePrompts(
                new GridPrompts(IMAGE, image, mergeSize, List.of()),
                Set.of(image, (long) config.natural("image_start_token_id", 101_304), (long)
                        config.natural("image_end_token_id", 101_305)),
                Set.of(
                        (long) config.natural("video_token_id", 103_367),
                        (long) config.natural("video_start_token_id", 101_306),
                        (long) config.natural("video_end_token_id", 101_307)));
    }

    @Override
    public void requirePlaces(String prompt, int images) {
        for (String video : VIDEOS) {
            if (prompt.contains(video)) {
                throw new IllegalArgumentException(
                        "the prompt has the placeholder " + video + ", but videos are not supported");
            }
        }
        grids.requirePlaces(prompt.replace(PUBLISHED_IMAGE, IMAGE), images);
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        requirePlaces(prompt, images.size());
        return grids.expand(prompt.replace(PUBLISHED_IMAGE, IMAGE), images);
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        for (int i = 0; i < ids.length; i++) {
            if (ofVideos.contains(ids[i])) {
                throw new IllegalArgumentException("token " + i + " of the prompt has the id " + ids[i]
                        + ", which stands for a video, but videos are not supported");
            }
        }
        int[] kinds = Arrays.stream(ids)
                .mapToInt(id -> ofPictures.contains(id) ? 1 : 0)
                .toArray();
        return grids.assemble(ids, images).withKinds(kinds);
    }
}
