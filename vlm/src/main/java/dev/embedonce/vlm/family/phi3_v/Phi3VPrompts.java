package dev.embedonce.vlm.family.phi3_v;

import dev.embedonce.vlm.prompt.NumberedPlaceholders;
import dev.embedonce.vlm.prompt.Placeholders;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.Prompt.Placement;
import dev.embedonce.vlm.prompt.Prompt.Target;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Id -k, which is no token's, for each feature of picture k. The texts between pictures are encoded each as a prompt of
 * its own, so the token that begins every text stands before each.
 */
// Source: microsoft/Phi-3-vision-128k-instruct, processing_phi3_v.py, Phi3VProcessor._convert_images_texts_to_inputs
record Phi3VPrompts() implements PromptAssembler {
    @Override
    public void requirePlaces(String prompt, int images) {
        NumberedPlaceholders.require(prompt, images);
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        NumberedPlaceholders.require(prompt, images.size());
        List<String> texts = NumberedPlaceholders.textsAround(prompt);
        List<PromptPiece> pieces = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            long[] ids = new long[images.get(i).tokens()];
            Arrays.fill(ids, id(i));
            pieces.add(new PromptPiece.Alone(texts.get(i)));
            pieces.add(new PromptPiece.Ids(ids));
        }
        pieces.add(new PromptPiece.Alone(texts.get(images.size())));
        return pieces;
    }

    private static long id(int image) {
        return -1L - image;
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        List<Placement> placements = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            int[] tokens =
                    Placeholders.indices(ids, id(i), images.subList(i, i + 1)).get(0);
            placements.add(
                    new Placement(Target.EMBEDDINGS, tokens, images.get(i).features()));
        }
        if (LongStream.of(ids).anyMatch(id -> id < -images.size())) {
            throw new IllegalArgumentException("the prompt has tokens of more than its " + images.size() + " images");
        }
        return Prompt.inOrder(ids, placements);
    }
}
