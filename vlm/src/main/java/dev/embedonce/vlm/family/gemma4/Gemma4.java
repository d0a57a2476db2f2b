package dev.embedonce.vlm.family.gemma4;

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

/** {@code model_type} gemma4. Still pictures; videos and audio are refused, and the tensors for audio passed over. */
// Source: transformers 5.23, models/gemma4/modeling_gemma4.py, processing_gemma4.py
public final class Gemma4 implements Family {
    @Override
    public String name() {
        return "gemma4";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        config.object("text_config").oneOf("model_type", "gemma4_text");
        TextModel text = TextModels.readOf(config);
        Patches patches = Patches.read(config.object("vision_config"));
        return FamilyModel.open(
                FamilyImages.of(
                        files,
                        () -> Gemma4Processor.read(files.imageProcessor(), options.pixels(), patches),
                        Gemma4Processor::pictures),
                Gemma4Vision.open(files, options),
                Gemma4Prompts.read(files),
                () -> TextDecoder.open(files, options, LanguageLayouts.LANGUAGE_MODEL, text));
    }
}
