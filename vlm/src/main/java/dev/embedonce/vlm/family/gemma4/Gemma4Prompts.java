package dev.embedonce.vlm.family.gemma4;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.ImageToken;
import dev.embedonce.vlm.prompt.Placeholders;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.Prompt.Placement;
import dev.embedonce.vlm.prompt.Prompt.Target;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A beginning, a token for each feature, an end. Tokens of features are of kind 1.
 *
 * @param token what templates write where a picture is, and what stands for one feature
 * @param begin before the features
 * @param end after them
 * @param refused what is not taken, by its placeholder
 * @param imageTokenId the token of {@code token}
 * @param refusedIds what is not taken, by the id of its token
 * @param together whether the tokens of a picture attend to each other
 */
// Source: transformers 5.23, models/gemma4/processing_gemma4.py, replace_image_token
record Gemma4Prompts(
        String token,
        String begin,
        String end,
        Map<String, String> refused,
        long imageTokenId,
        Map<Long, String> refusedIds,
        boolean together)
        implements PromptAssembler {
    private static final String VIDEO = "videos";
    private static final String AUDIO = "sounds";

    static Gemma4Prompts read(FamilyFiles files) {
        ModelConfig config = files.config();
        return new Gemma4Prompts(
                token(files, "image_token", "<|image|>"),
                token(files, "boi_token", "<|image>"),
                token(files, "eoi_token", "<image|>"),
                Map.of("<|video|>", VIDEO, token(files, "audio_token", "<|audio|>"), AUDIO),
                ImageToken.id(config, 258_880),
                Map.of(
                        (long) config.natural("video_token_id", 258_884),
                        VIDEO,
                        (long) config.natural("audio_token_id", 258_881),
                        AUDIO),
                config.object("text_config")
                        .text("use_bidirectional_attention", "")
                        .equals("vision"));
    }

    private static String token(FamilyFiles files, String name, String missing) {
        return files.token("tokenizer_config.json", name, missing);
    }

    @Override
    public void requirePlaces(String prompt, int images) {
        refused.forEach((placeholder, what) -> {
            if (prompt.contains(placeholder)) {
                throw new IllegalArgumentException(
                        "the prompt has the placeholder " + placeholder + ", but " + what + " are not supported");
            }
        });
        Placeholders.require(prompt, token, images);
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        requirePlaces(prompt, images.size());
        return Placeholders.expand(prompt, token, images, image -> begin + token.repeat(image.tokens()) + end);
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        int[] kinds = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            String what = refusedIds.get(ids[i]);
            if (what != null) {
                throw new IllegalArgumentException("token " + i + " of the prompt has the id " + ids[i]
                        + ", which stands for what is not supported: " + what);
            }
            kinds[i] = ids[i] == imageTokenId ? 1 : 0;
        }
        List<int[]> indices = Placeholders.indices(ids, imageTokenId, images);
        List<Placement> placements = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            placements.add(new Placement(
                    Target.EMBEDDINGS, indices.get(i), images.get(i).features()));
        }
        Prompt prompt = Prompt.builder(ids).kinds(kinds).placements(placements).build();
        return together ? prompt.withBidirectionalRunsOf(imageTokenId) : prompt;
    }
}
