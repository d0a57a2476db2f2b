package dev.embedonce.vlm.family;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.GlmTower;
import dev.embedonce.model.tower.PatchTower;
import dev.embedonce.model.tower.PatchTower.Geometry;
import dev.embedonce.vlm.decoder.LanguageLayouts;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.GridPrompts;
import dev.embedonce.vlm.vision.PatchProcessing;
import java.util.List;

/** Opens models with a tower over packed patches, as GLM-4.1V and GLM-OCR have it. */
public final class GlmModels {
    private GlmModels() {}

    /**
     * Opens a model with a family's tower.
     *
     * @param imageToken id of the image placeholder token where the config is silent
     */
    public static FamilyModel open(FamilyFiles files, FamilyOptions options, int imageToken, PatchModels.Tower tower) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readOf(config);
        int imageTokenId = config.natural("image_token_id", imageToken);
        FamilyImages<Geometry> images = FamilyImages.of(
                files,
                () -> PatchProcessing.readGlm(files.imageProcessor(), options.pixels()),
                PatchProcessing::geometry,
                geometry -> PatchProcessing::pictures,
                () -> PatchTower.geometry(config.object("vision_config"), GlmTower.PATCH));
        return FamilyModel.open(
                images.processing(),
                tower.open(files, options, images.geometry()),
                new GridPrompts("<|image|>", imageTokenId, images.geometry().merge(), List.of()),
                () -> TextDecoder.open(files, options, LanguageLayouts.LANGUAGE_MODEL, text));
    }
}
