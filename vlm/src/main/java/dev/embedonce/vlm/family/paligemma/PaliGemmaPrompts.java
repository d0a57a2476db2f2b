package dev.embedonce.vlm.family.paligemma;

import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Placeholders;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.Prompt.Placement;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.prompt.RepeatedPlaceholder;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A token for each feature, the beginning of a text after those of the last picture, a line break at the end. Positions
 * begin with 1. The tokenizer puts nothing around that, and the pictures' token may lie beyond its vocabulary.
 *
 * @param image stands for a picture
 * @param begin the beginning of a text
 * @param imageTokenId stands for one feature
 */
// Source: transformers 5.23, models/paligemma/processing_paligemma.py, PaliGemmaProcessor.prepare_inputs_layout
record PaliGemmaPrompts(String image, String begin, long imageTokenId) implements PromptAssembler {

    static PaliGemmaPrompts read(FamilyFiles files, long imageTokenId) {
        return new PaliGemmaPrompts(
                files.imageToken("<image>"), files.token("tokenizer_config.json", "bos_token", "<bos>"), imageTokenId);
    }

    @Override
    public void requirePlaces(String prompt, int images) {
        requireOne(images);
        Placeholders.require(prompt, image, images);
    }

    private static void requireOne(int images) {
        if (images == 0) {
            throw new IllegalArgumentException("a prompt has at least 1 image, but 0 were given");
        }
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        requirePlaces(prompt, images.size());
        int end = prompt.lastIndexOf(image) + image.length();
        String whole = prompt.substring(0, end) + begin + prompt.substring(end) + "\n";
        List<PromptPiece> pieces = new ArrayList<>(List.of(new PromptPiece.Ids()));
        pieces.addAll(Placeholders.expandToPieces(whole, image, images, this::tokens));
        return pieces;
    }

    private PromptPiece tokens(VisionFeatures features) {
        long[] ids = new long[features.tokens()];
        Arrays.fill(ids, imageTokenId);
        return new PromptPiece.Ids(ids);
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        requireOne(images.size());
        List<Placement> placements = new RepeatedPlaceholder(image, imageTokenId)
                .assemble(ids, images)
                .placements();
        float[] positions = new float[ids.length];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = i + 1f;
        }
        return Prompt.builder(ids)
                .positions(new float[][] {positions}, ids.length + 1f)
                .placements(placements)
                .build()
                .withAllBidirectional();
    }
}
