package dev.embedonce.vlm.family;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchTower.Geometry;
import dev.embedonce.vlm.decoder.LanguageLayouts;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.GridPrompts;
import dev.embedonce.vlm.vision.DeepstackVision;
import java.util.List;

/** How a model is put together that looks at packed patches and has features for the first layers of its language model too (deepstack). */
public final class DeepstackModels {
    private DeepstackModels() {}

    /**
     * Opens a model.
     *
     * @throws dev.embedonce.error.ModelLoadException naming the file and what in it does not fit; nothing stays open then
     */
    public static FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        ModelConfig vision = config.object("vision_config");
        List<String> levels = DeepstackVision.levels(vision);
        TextModel text = TextModels.readOf(config).withDeepstack(levels.size());
        int imageTokenId = config.natural("image_token_id", 151_655);
        int merge = vision.positive("spatial_merge_size", 2);
        FamilyImages<Geometry> images = PatchModels.images(files, options, DeepstackVision.PATCH);
        return FamilyModel.open(
                images.processing(),
                DeepstackVision.open(files, options, images.geometry()),
                new GridPrompts("<|image_pad|>", imageTokenId, merge, levels),
                () -> TextDecoder.open(files, options, LanguageLayouts.LANGUAGE_MODEL, text));
    }
}
