package dev.embedonce.vlm.family.lfm2_vl;

import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Placeholders;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.prompt.RepeatedPlaceholder;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.nio.LongBuffer;
import java.util.List;

/**
 * Tiles by row and column, then the picture as a whole, between a beginning and an end; a token for each feature,
 * positions in order.
 *
 * @param image what templates write where a picture is, and what stands for one feature
 * @param begin before a picture
 * @param end after it
 * @param whole before the whole picture where tiles come first
 * @param imageTokenId the token of {@code image}
 */
// Source: transformers 5.23, models/lfm2_vl/processing_lfm2_vl.py, Lfm2VlProcessor._build_image_tokens
record Lfm2VlPrompts(String image, String begin, String end, String whole, long imageTokenId)
        implements PromptAssembler {
    private static final String PROCESSOR = "processor_config.json";
    private static final String SPECIAL = "use_image_special_tokens";

    static Lfm2VlPrompts read(FamilyFiles files, long imageTokenId) {
        if (files.tensors().isEmpty()) {
            files.json()
                    .config(PROCESSOR)
                    .filter(config -> !config.flag(SPECIAL, true))
                    .ifPresent(config -> {
                        throw config.refused(SPECIAL, "true");
                    });
        }
        return new Lfm2VlPrompts(
                token(files, "image_token", "<image>"),
                token(files, "image_start_token", "<|image_start|>"),
                token(files, "image_end_token", "<|image_end|>"),
                token(files, "image_thumbnail_token", "<|img_thumbnail|>"),
                imageTokenId);
    }

    private static String token(FamilyFiles files, String name, String missing) {
        return files.token("tokenizer_config.json", name, missing);
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
        LongBuffer grid = features.get(Lfm2VlPictures.GRID).longs();
        LongBuffer counts = features.get(Lfm2VlPictures.COUNTS).longs();
        String tile = image.repeat((int) counts.get(0));
        StringBuilder text = new StringBuilder(begin);
        if (!tile.isEmpty()) {
            for (int row = 1; row <= grid.get(0); row++) {
                for (int column = 1; column <= grid.get(1); column++) {
                    text.append("<|img_row_")
                            .append(row)
                            .append("_col_")
                            .append(column)
                            .append("|>");
                    text.append(tile);
                }
            }
            text.append(counts.get(1) > 0 ? whole : "");
        }
        text.append(image.repeat((int) counts.get(1)));
        return text.append(end).toString();
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        return new RepeatedPlaceholder(image, imageTokenId).assemble(ids, images);
    }
}
