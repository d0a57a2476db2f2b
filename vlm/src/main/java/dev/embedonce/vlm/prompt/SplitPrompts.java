package dev.embedonce.vlm.prompt;

import dev.embedonce.vlm.vision.SplitProcessing;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.nio.LongBuffer;
import java.util.List;

/**
 * Tiles with separators that say where each stands, then the picture as a whole; positions in order.
 *
 * @param imageTokenId the token of {@code <image>}, which stands for a feature
 */
// Source: transformers 5.23, models/idefics3/processing_idefics3.py, Idefics3Processor.replace_image_token
public record SplitPrompts(long imageTokenId) implements PromptAssembler {
    private static final String IMAGE = "<image>";
    private static final String AROUND = "<fake_token_around_image>";
    private static final String WHOLE = "<global-img>";

    @Override
    public void requirePlaces(String prompt, int images) {
        Placeholders.require(prompt, IMAGE, images);
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        return Placeholders.expand(prompt, IMAGE, images, SplitPrompts::text);
    }

    private static String text(VisionFeatures image) {
        LongBuffer grid = image.get(SplitProcessing.GRID).longs();
        long rows = grid.get(0);
        long columns = grid.get(1);
        String tile = IMAGE.repeat(Math.toIntExact(image.tokens() / (rows * columns + 1)));
        StringBuilder text = new StringBuilder();
        for (int row = 1; row <= rows; row++) {
            for (int column = 1; column <= columns; column++) {
                text.append(AROUND + "<row_")
                        .append(row)
                        .append("_col_")
                        .append(column)
                        .append('>')
                        .append(tile);
            }
            text.append('\n');
        }
        return text.append(rows > 0 ? "\n" : "")
                .append(AROUND + WHOLE)
                .append(tile)
                .append(AROUND)
                .toString();
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        return new RepeatedPlaceholder(IMAGE, imageTokenId).assemble(ids, images);
    }
}
