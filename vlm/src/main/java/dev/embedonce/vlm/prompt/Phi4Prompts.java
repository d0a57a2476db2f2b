package dev.embedonce.vlm.prompt;

import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A placeholder for each feature, positions in order; sequences with pictures are of the mode {@code vision}. Audio is
 * refused.
 *
 * @param places what templates write where a picture is
 * @param token stands for one feature
 * @param tokenId its id; where no file says it, the token that is repeated most often in a row
 */
// Source: microsoft/Phi-4-multimodal-instruct, processing_phi4mm.py, Phi4MMProcessor; modeling_phi4mm.py,
// Phi4MMForCausalLM.forward
public record Phi4Prompts(Pattern places, String token, OptionalLong tokenId) implements PromptAssembler {
    private static final Pattern AUDIO = Pattern.compile("<\\|audio(_[0-9]+)?\\|>|<\\|endoftext11\\|>");

    @Override
    public void requirePlaces(String prompt, int images) {
        Matcher audio = AUDIO.matcher(prompt);
        if (audio.find()) {
            throw new IllegalArgumentException("the prompt has " + audio.group() + ": audio is not supported");
        }
        Placeholders.require(withTokens(prompt), token, images);
    }

    private String withTokens(String prompt) {
        return places.matcher(prompt).replaceAll(Matcher.quoteReplacement(token));
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        requirePlaces(prompt, images.size());
        return Placeholders.expand(withTokens(prompt), token, images, image -> token.repeat(image.tokens()));
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        Prompt prompt = new BracketedPlaceholder(token, "", token, "", tokenId).assemble(ids, images);
        return Prompt.builder(ids)
                .placements(prompt.placements())
                .mode(images.isEmpty() ? "" : "vision")
                .build();
    }
}
