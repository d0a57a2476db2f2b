package dev.embedonce.vlm.family.idefics2;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.model.tokenizer.PublishedTokenizer;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Placeholders;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.prompt.RepeatedPlaceholder;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A token for each feature, pieces of pictures between separators, of which there is one between neighbours; positions
 * in order.
 *
 * @param imageTokenId the token of {@code <image>}, which stands for a feature
 * @param latents features of a piece
 * @param spaced whether a word right after a separator gets a space before it, for tokenizers that do not set one
 *     before every piece of text. The reference writes that space always, since it builds a tokenizer of Llama's kind
 *     anew, which then sets no second one; before transformers 5 it never did, and read the files as they are.
 */
// Source: transformers 5.23, models/idefics2/processing_idefics2.py, Idefics2Processor.__call__
record Idefics2Prompts(long imageTokenId, int latents, boolean spaced) implements PromptAssembler {
    private static final String IMAGE = "<image>";
    private static final String AROUND = "<fake_token_around_image>";
    private static final Pattern BEFORE_WORD = Pattern.compile(AROUND + "(?=[^\\s<])", Pattern.UNICODE_CHARACTER_CLASS);

    static Idefics2Prompts read(FamilyFiles files, long imageTokenId, int latents) {
        return new Idefics2Prompts(imageTokenId, latents, files.tensors().isPresent() || !setsSpaces(files));
    }

    /** Whether the tokenizer sets a space before every piece of text. */
    private static boolean setsSpaces(FamilyFiles files) {
        JsonNode normalizer =
                PublishedTokenizer.read(files.json()).contents(Set.of()).normalizer();
        return normalizer.findValuesAsText("type").contains("Prepend");
    }

    @Override
    public void requirePlaces(String prompt, int images) {
        Placeholders.require(prompt, IMAGE, images);
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        return Placeholders.expand(prompt, IMAGE, images, this::text).stream()
                .map(piece -> piece instanceof PromptPiece.Text all ? new PromptPiece.Text(joined(all.text())) : piece)
                .toList();
    }

    private String text(VisionFeatures image) {
        return (AROUND + IMAGE.repeat(latents) + AROUND).repeat(image.tokens() / latents);
    }

    private String joined(String text) {
        String single = text.replace(AROUND + AROUND, AROUND);
        return spaced ? BEFORE_WORD.matcher(single).replaceAll("$0 ") : single;
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        return new RepeatedPlaceholder(IMAGE, imageTokenId).assemble(ids, images);
    }
}
