package dev.embedonce.vlm.family.gemma3;

import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyFiles;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.FamilyOptions;
import java.util.List;

/**
 * {@code model_type} gemma3. The tokens of a picture see each other in both directions; those of another picture only if that comes
 * before (transformers 4.50 let them see later ones too).
 */
// Source: transformers 5.23, models/gemma3/modeling_gemma3.py, processing_gemma3.py
public final class Gemma3 implements Family {
    /** As published, the same with an output layer of its own beside it, and as transformers 5 has the modules. */
    private static final List<NameLayout> LANGUAGE = List.of(
            name -> name.startsWith("lm_head") ? "language_model." + name : "language_model.model." + name,
            name -> name.startsWith("lm_head") ? name : "language_model.model." + name,
            name -> name.startsWith("lm_head") ? name : "model.language_model." + name);

    @Override
    public String modelType() {
        return "gemma3";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        Gemma3Config config = Gemma3Config.read(files.config());
        Gemma3Processor images = Gemma3Processor.read(files.imageProcessor(), options.pixels());
        return FamilyModel.open(
                images,
                Gemma3Vision.open(files, options),
                Gemma3Prompts.read(files, config.imageTokenId()),
                () -> TextDecoder.open(files, options, LANGUAGE, config.text()));
    }
}
