package dev.embedonce.vlm.family.mistral3;

import dev.embedonce.encoder.arch.ModelConfig;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.vlm.decoder.DecoderConfig;
import dev.embedonce.vlm.decoder.TextConfigs;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyFiles;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.FamilyOptions;
import java.util.List;

/** {@code model_type} mistral3 with a language model of the Mistral kind; that of Ministral 3 is not supported. */
// Source: transformers 5.23, models/mistral3/modeling_mistral3.py, models/pixtral/processing_pixtral.py
public final class Mistral3 implements Family {
    /** As published, and as transformers 5 has the modules. */
    private static final List<NameLayout> LANGUAGE = List.of(
            name -> name.startsWith("lm_head") ? "language_model." + name : "language_model.model." + name,
            name -> name.startsWith("lm_head") ? name : "model.language_model." + name);

    @Override
    public String modelType() {
        return "mistral3";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        DecoderConfig text = TextConfigs.read(config.object("text_config"), tied(config, files));
        int imageTokenId = config.natural(config.has("image_token_id") ? "image_token_id" : "image_token_index", 10);
        Mistral3Processor images = Mistral3Processor.read(files, options.pixels());
        return FamilyModel.open(
                images,
                Mistral3Vision.open(files, options, images.tokenSide()),
                Mistral3Prompts.read(files, imageTokenId, images.tokenSide()),
                () -> TextDecoder.open(files, options, LANGUAGE, text));
    }

    /** Where the config is silent, as published ones are, an output layer among the tensors tells. */
    private static boolean tied(ModelConfig config, FamilyFiles files) {
        if (config.has("tie_word_embeddings")) {
            return config.flag("tie_word_embeddings", true);
        }
        return LANGUAGE.stream().map(layout -> layout.nameOf("lm_head.weight")).noneMatch(files.weights()::contains);
    }
}
