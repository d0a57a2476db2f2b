package dev.embedonce.vlm.family.mllama;

import dev.embedonce.vlm.prompt.FeatureRows;
import dev.embedonce.vlm.prompt.Placeholders;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.Prompt.States;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One token a picture. The tokens from there to the next picture attend to it; those after adjacent pictures attend to
 * all of these.
 */
// Source: transformers 5.23, models/mllama/processing_mllama.py, get_cross_attention_token_mask
record MllamaPrompts(long imageTokenId) implements PromptAssembler {
    private static final String PLACEHOLDER = "<|image|>";

    @Override
    public void requirePlaces(String prompt, int images) {
        Placeholders.require(prompt, PLACEHOLDER, images);
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        return Placeholders.expand(prompt, PLACEHOLDER, images, image -> PLACEHOLDER);
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        List<Integer> tokens = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == imageTokenId) {
                tokens.add(i);
            }
        }
        if (tokens.size() != images.size()) {
            throw new IllegalArgumentException(
                    "the prompt has " + tokens.size() + " image tokens, but " + images.size() + " images were given");
        }
        List<States> states = new ArrayList<>();
        int end = Integer.MAX_VALUE;
        for (int i = images.size() - 1; i >= 0; i--) {
            int token = tokens.get(i);
            boolean last = i + 1 == images.size();
            if (!last && tokens.get(i + 1) > token + 1) {
                end = tokens.get(i + 1);
            }
            states.add(0, new States(FeatureRows.of(images.get(i).features()), visible(images.get(i)), token, end));
        }
        return Prompt.inOrder(ids, List.of()).withStates(states);
    }

    /** The states of tiles that hold a part of the picture, which come first. */
    private static int visible(VisionFeatures image) {
        LongBuffer tiles = image.get(MllamaProcessor.TILES).longs();
        int real = 0;
        for (int i = 0; i < tiles.limit(); i++) {
            real += (int) tiles.get(i);
        }
        return real * (image.tokens() / tiles.limit());
    }
}
