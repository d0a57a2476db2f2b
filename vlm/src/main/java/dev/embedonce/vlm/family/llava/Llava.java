package dev.embedonce.vlm.family.llava;

import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyFiles;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.FamilyOptions;
import dev.embedonce.vlm.prompt.RepeatedPlaceholder;
import java.util.List;

/** {@code model_type} llava. One placeholder a picture, one tensor of a fixed number of tokens. */
// Source: transformers 5.23, models/llava/modeling_llava.py, processing_llava.py
public final class Llava implements Family {
    /** As published, and as transformers 5 has the modules. */
    private static final List<NameLayout> LANGUAGE = List.of(
            name -> name.startsWith("lm_head") ? "language_model." + name : "language_model.model." + name,
            name -> name.startsWith("lm_head") ? name : "model.language_model." + name);

    @Override
    public String modelType() {
        return "llava";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        LlavaConfig config = LlavaConfig.read(files.config());
        return FamilyModel.open(
                LlavaProcessor.read(files, options),
                LlavaVision.open(files, options),
                new RepeatedPlaceholder(files.imageToken("<image>"), config.imageTokenId()),
                () -> TextDecoder.open(files, options, LANGUAGE, config.text()));
    }
}
