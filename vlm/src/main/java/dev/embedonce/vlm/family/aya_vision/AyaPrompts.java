package dev.embedonce.vlm.family.aya_vision;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Placeholders;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.prompt.RepeatedPlaceholder;
import dev.embedonce.vlm.vision.TileProcessing;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.nio.file.Files;
import java.util.List;

/**
 * Numbered tiles, then the picture as a whole, between a beginning and an end; a token for each feature, positions in
 * order.
 *
 * @param image what templates write where a picture is
 * @param begin before the tiles
 * @param end after the whole picture
 * @param patch stands for one feature
 * @param tile before a tile's features, with {@code _1}, {@code _2}, .. after it
 * @param whole before the whole picture's
 * @param imageTokenId the token of {@code patch}
 */
// Source: transformers 5.23, models/aya_vision/processing_aya_vision.py, AyaVisionProcessor.replace_image_token
record AyaPrompts(String image, String begin, String end, String patch, String tile, String whole, long imageTokenId)
        implements PromptAssembler {

    static AyaPrompts read(FamilyFiles files, long imageTokenId) {
        return new AyaPrompts(
                files.imageToken("<image>"),
                token(files, "start_of_img_token", "<|START_OF_IMG|>"),
                token(files, "end_of_img_token", "<|END_OF_IMG|>"),
                token(files, "img_patch_token", "<|IMG_PATCH|>"),
                token(files, "tile_token", "TILE"),
                token(files, "tile_global_token", "TILE_GLOBAL"),
                imageTokenId);
    }

    private static String token(FamilyFiles files, String name, String missing) {
        if (files.tensors().isPresent() || !Files.exists(files.directory().resolve("processor_config.json"))) {
            return missing;
        }
        ModelConfig processor = files.processor();
        return processor.text(name, missing);
    }

    @Override
    public void requirePlaces(String prompt, int images) {
        Placeholders.require(prompt, image, images);
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        return Placeholders.expand(prompt, image, images, this::text);
    }

    private String text(VisionFeatures features) {
        int tiles = (int) features.get(TileProcessing.COUNT).longs().get(0);
        String tokens = patch.repeat(features.tokens() / tiles);
        StringBuilder text = new StringBuilder(begin);
        for (int i = 1; i < tiles; i++) {
            text.append(tile).append('_').append(i).append(tokens);
        }
        return text.append(whole).append(tokens).append(end).toString();
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        return new RepeatedPlaceholder(patch, imageTokenId).assemble(ids, images);
    }
}
