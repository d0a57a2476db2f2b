package dev.embedonce.vlm.family.deepseek_vl_v2;

import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.AddedToken;
import dev.embedonce.vlm.prompt.BracketedPlaceholder;
import dev.embedonce.vlm.prompt.Placeholders;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * A placeholder for each feature, positions in order. Answers are encoded by themselves, apart from what precedes them.
 *
 * @param imageTokenId the placeholder's token; empty if no file of settings says it
 */
// Source: deepseek-ai/DeepSeek-VL2, deepseek_vl2/models/processing_deepseek_vl_v2.py, format_messages_v2
record DeepseekVlV2Prompts(OptionalLong imageTokenId) implements PromptAssembler {
    static final String IMAGE = "<image>";

    /** What stands before an answer. */
    private static final Pattern BEFORE_ANSWER = Pattern.compile("(?<=" + Pattern.quote("<|Assistant|>:") + ")");

    static DeepseekVlV2Prompts read(FamilyFiles files) {
        return new DeepseekVlV2Prompts(
                files.tensors().isPresent() ? OptionalLong.empty() : AddedToken.find(files.json(), IMAGE));
    }

    @Override
    public void requirePlaces(String prompt, int images) {
        Placeholders.require(prompt, IMAGE, images);
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        return Placeholders.expand(prompt, IMAGE, images, image -> IMAGE.repeat(image.tokens())).stream()
                .map(PromptPiece.Text.class::cast)
                .flatMap(piece -> BEFORE_ANSWER.splitAsStream(piece.text()))
                .<PromptPiece>map(PromptPiece.Text::new)
                .toList();
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        return new BracketedPlaceholder(IMAGE, "", IMAGE, "", imageTokenId).assemble(ids, images);
    }
}
