package dev.embedonce.vlm.family.mistral3;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.LanguageLayouts;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyImages;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.ImageToken;
import dev.embedonce.vlm.prompt.PixtralPrompts;
import dev.embedonce.vlm.vision.PixtralProcessing;

/** {@code model_type} mistral3 with a language model of the Mistral kind; that of Ministral 3 is not supported. */
// Source: transformers 5.23, models/mistral3/modeling_mistral3.py, models/pixtral/processing_pixtral.py
public final class Mistral3 implements Family {
    @Override
    public String name() {
        return "mistral3";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        TextModel text = TextModels.read(config.object("text_config"), tied(config, files));
        int imageTokenId = ImageToken.id(config, 10);
        int tokenSide = Mistral3Vision.tokenSide(files.config());
        return FamilyModel.open(
                FamilyImages.of(
                        files,
                        () -> PixtralProcessing.read(name(), files, options.pixels(), tokenSide),
                        PixtralProcessing::pictures),
                Mistral3Vision.open(files, options),
                PixtralPrompts.read(files, imageTokenId, tokenSide),
                () -> TextDecoder.open(files, options, LanguageLayouts.LLAVA, text));
    }

    /** Where the config is silent, as published ones are, an LM head among the tensors tells. */
    private static boolean tied(ModelConfig config, FamilyFiles files) {
        if (config.has("tie_word_embeddings")) {
            return config.flag("tie_word_embeddings", true);
        }
        return LanguageLayouts.LLAVA.stream()
                .map(layout -> layout.nameOf("lm_head.weight"))
                .noneMatch(files.weights()::contains);
    }
}
