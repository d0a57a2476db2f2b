package dev.embedonce.vlm.family.gemma3;

import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Placeholders;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.Prompt.Placement;
import dev.embedonce.vlm.prompt.Prompt.Target;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A beginning, a token for each feature, an end; once more for each crop, with a few words between. The tokens of a
 * picture attend to each other.
 *
 * @param begin what templates write where a picture is
 * @param token stands for one feature
 * @param end after the tokens
 */
// Source: transformers 5.23, models/gemma3/processing_gemma3.py, replace_image_token
record Gemma3Prompts(String begin, String token, String end, long imageTokenId) implements PromptAssembler {

    static Gemma3Prompts read(FamilyFiles files, long imageTokenId) {
        return new Gemma3Prompts(
                token(files, "boi_token", "<start_of_image>"),
                token(files, "image_token", "<image_soft_token>"),
                token(files, "eoi_token", "<end_of_image>"),
                imageTokenId);
    }

    private static String token(FamilyFiles files, String name, String missing) {
        return files.token("tokenizer_config.json", name, missing);
    }

    @Override
    public void requirePlaces(String prompt, int images) {
        Placeholders.require(prompt, begin, images);
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        return Placeholders.expand(prompt, begin, images, this::text);
    }

    private String text(VisionFeatures image) {
        int crops = (int) image.get(Gemma3Processor.NUM_CROPS).longs().get(0);
        String one = "\n\n" + begin + token.repeat(image.tokens() / (1 + crops)) + end + "\n\n";
        return crops == 0
                ? one
                : "Here is the original image " + one + " and here are some crops to help you see better "
                        + String.join(" ", Collections.nCopies(crops, one));
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        List<int[]> indices = Placeholders.indices(ids, imageTokenId, images);
        List<Placement> placements = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            placements.add(new Placement(
                    Target.EMBEDDINGS, indices.get(i), images.get(i).features()));
        }
        return Prompt.inOrder(ids, placements).withBidirectionalRunsOf(imageTokenId);
    }
}
