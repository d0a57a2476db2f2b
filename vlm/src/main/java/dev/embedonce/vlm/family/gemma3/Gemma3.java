package dev.embedonce.vlm.family.gemma3;

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

/**
 * {@code model_type} gemma3. The tokens of a picture attend to each other in both directions, and to those of another
 * picture only if that comes before (in transformers 4.50 they attend to later ones too).
 */
// Source: transformers 5.23, models/gemma3/modeling_gemma3.py, processing_gemma3.py
public final class Gemma3 implements Family {
    @Override
    public String name() {
        return "gemma3";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        config.object("text_config").oneOf("model_type", "gemma3_text");
        TextModel text = TextModels.readOf(config);
        return FamilyModel.open(
                FamilyImages.of(
                        files,
                        () -> Gemma3Processor.read(files.imageProcessor(), options.pixels()),
                        Gemma3Processor::pictures),
                Gemma3Vision.open(files, options),
                Gemma3Prompts.read(files, ImageToken.id(config, 262_144)),
                () -> TextDecoder.open(files, options, LanguageLayouts.LLAVA_OR_HEAD_BESIDE, text));
    }
}
