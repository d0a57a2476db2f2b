package dev.embedonce.vlm.prompt;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.PixtralProcessing;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.nio.LongBuffer;
import java.util.List;

/**
 * Rows of placeholders, a break token after each but the last, an end token after that; positions in order.
 *
 * @param placeholder in the text
 * @param imageTokenId its token
 * @param tokenSide pixels a side that become one feature
 */
// Source: transformers 5.23, models/pixtral/processing_pixtral.py, PixtralProcessor.replace_image_token
public record PixtralPrompts(String placeholder, String rowBreak, String end, long imageTokenId, int tokenSide)
        implements PromptAssembler {
    private static final String IMAGE = "[IMG]";
    private static final String BREAK = "[IMG_BREAK]";
    private static final String END = "[IMG_END]";

    /**
     * Reads the tokens from {@code processor_config.json}, or takes the usual ones if the files are opened for
     * tensors.
     */
    public static PixtralPrompts read(FamilyFiles files, long imageTokenId, int tokenSide) {
        if (files.tensors().isPresent()) {
            return new PixtralPrompts(IMAGE, BREAK, END, imageTokenId, tokenSide);
        }
        ModelConfig processor = files.processor();
        return new PixtralPrompts(
                text(processor, "image_token", IMAGE),
                text(processor, "image_break_token", BREAK),
                text(processor, "image_end_token", END),
                imageTokenId,
                tokenSide);
    }

    private static String text(ModelConfig config, String name, String missing) {
        return config.has(name) ? config.text(name) : missing;
    }

    @Override
    public void requirePlaces(String prompt, int images) {
        Placeholders.require(prompt, placeholder, images);
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        return Placeholders.expand(prompt, placeholder, images, this::rows);
    }

    private String rows(VisionFeatures image) {
        LongBuffer size = image.get(PixtralProcessing.SIZES).longs();
        int rows = (int) size.get(0) / tokenSide;
        String row = placeholder.repeat((int) size.get(1) / tokenSide);
        return (row + rowBreak).repeat(rows - 1) + row + end;
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        return new RepeatedPlaceholder(placeholder, imageTokenId).assemble(ids, images);
    }
}
