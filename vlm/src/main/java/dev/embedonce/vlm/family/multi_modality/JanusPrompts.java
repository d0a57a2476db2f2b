package dev.embedonce.vlm.family.multi_modality;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.AddedToken;
import dev.embedonce.vlm.prompt.BracketedPlaceholder;
import dev.embedonce.vlm.prompt.ImageToken;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Between two marks a placeholder for each feature, positions in order. Prompts that begin a picture of the answer are
 * refused.
 *
 * @param system what transformers' processor sets before every prompt; empty for none
 */
// Source: deepseek-ai/Janus, janus/models/processing_vlm.py; transformers 5.23, models/janus/processing_janus.py
record JanusPrompts(String system, BracketedPlaceholder pictures) implements PromptAssembler {
    static final String IMAGE = "<image_placeholder>";
    static final String SYSTEM = "You are a helpful language and vision assistant. "
            + "You are able to understand the visual content that the user provides, "
            + "and assist the user with a variety of tasks using natural language.";

    private static final String BEGIN = "<begin_of_image>";
    private static final String END = "<end_of_image>";
    private static final int IMAGE_ID = 100_581;

    /**
     * Reads {@code processor_config.json}, if there is one.
     *
     * @param tokens features of a picture
     * @throws dev.embedonce.error.ModelLoadException if a setting is not supported
     */
    static JanusPrompts read(FamilyFiles files, int tokens) {
        Optional<ModelConfig> settings =
                files.tensors().isPresent() ? Optional.empty() : files.json().config("processor_config.json");
        settings.ifPresent(config -> check(config, tokens));
        boolean transformers = MultiModality.isTransformers(files.config());
        boolean system = transformers
                && settings.map(config -> config.flag("use_default_system_prompt", false))
                        .orElse(false);
        return new JanusPrompts(
                system ? SYSTEM + "\n\n" : "",
                new BracketedPlaceholder(
                        IMAGE,
                        BEGIN,
                        IMAGE,
                        END,
                        transformers ? OptionalLong.of(ImageToken.id(files.config(), IMAGE_ID)) : ownId(files)));
    }

    /** The published config does not say it. */
    private static OptionalLong ownId(FamilyFiles files) {
        return files.tensors().isPresent() ? OptionalLong.empty() : AddedToken.find(files.json(), IMAGE);
    }

    private static void check(ModelConfig config, int tokens) {
        config.oneOf("image_tag", IMAGE);
        config.oneOf("image_start_tag", BEGIN);
        config.oneOf("image_end_tag", END);
        config.oneOf("sft_format", "deepseek");
        if (config.flag("add_special_token", false)) {
            throw config.refused("add_special_token", "false");
        }
        if (config.positive("num_image_tokens", 576) != tokens) {
            throw config.refused("num_image_tokens", tokens + ", as config.json says");
        }
    }

    @Override
    public void requirePlaces(String prompt, int images) {
        if (prompt.contains(BEGIN)) {
            throw new IllegalArgumentException(
                    "the prompt has " + BEGIN + ", which begins a picture, but drawing is not supported");
        }
        pictures.requirePlaces(prompt, images);
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        return pictures.expand(system + prompt, images);
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        return pictures.assemble(ids, images);
    }
}
