package dev.embedonce.vlm.family.pixtral;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PixtralVision;
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
import dev.embedonce.vlm.vision.ProjectedPixtral;
import java.util.List;

/**
 * Pixtral, published as {@code model_type} llava with Pixtral's tower; converted files say pixtral. Each patch is a
 * token. The pictures of a request are encoded one by one, so none attends to another or its padding.
 */
// Source: transformers 5.23, models/llava/modeling_llava.py, models/pixtral/processing_pixtral.py
public final class Pixtral implements Family {
    @Override
    public String name() {
        return "pixtral";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("llava", "pixtral");
    }

    @Override
    public boolean opens(ModelConfig config) {
        return ProjectedPixtral.isIn(config);
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readOf(config);
        int imageTokenId = ImageToken.id(config, 10);
        int patch = PixtralVision.read(config.object("vision_config")).patchSize();
        return FamilyModel.open(
                FamilyImages.of(
                        files,
                        () -> PixtralProcessing.read(name(), files, options.pixels(), patch),
                        PixtralProcessing::pictures),
                PixtralTower.open(files, options),
                PixtralPrompts.read(files, imageTokenId, patch),
                () -> TextDecoder.open(files, options, LanguageLayouts.LLAVA, text));
    }
}
