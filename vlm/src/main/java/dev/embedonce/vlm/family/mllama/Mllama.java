package dev.embedonce.vlm.family.mllama;

import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyFiles;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.FamilyOptions;
import java.util.List;

/**
 * {@code model_type} mllama. Every token looks at the pictures in some way, those before the first picture too, so that a prompt
 * shares no read tokens with one about other pictures.
 */
// Source: transformers 5.23, models/mllama/modeling_mllama.py, processing_mllama.py
public final class Mllama implements Family {
    /** As published, and as transformers 5 has the modules. */
    private static final List<NameLayout> LANGUAGE = List.of(
            name -> name.startsWith("lm_head") ? "language_model." + name : "language_model.model." + name,
            name -> name.startsWith("lm_head") ? name : "model.language_model." + name);

    @Override
    public String modelType() {
        return "mllama";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        MllamaConfig config = MllamaConfig.read(files.config());
        MllamaProcessor images = MllamaProcessor.read(files.imageProcessor(), options.pixels());
        return FamilyModel.open(
                images,
                MllamaVision.open(files, options, images.tileSize(), images.maxTiles()),
                new MllamaPrompts(config.imageTokenId()),
                () -> TextDecoder.open(files, options, LANGUAGE, config.text()));
    }
}
