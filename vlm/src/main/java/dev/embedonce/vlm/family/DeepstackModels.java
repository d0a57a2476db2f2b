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

/** Opens models with Qwen3-VL's tower over packed patches, with or without deepstack. */
public final class DeepstackModels {
    private static final Silent QWEN3_VL = new Silent("qwen3_vl.vision", List.of(8, 16, 24), 151_655);

    private DeepstackModels() {}

    /**
     * What a family has where the config is silent.
     *
     * @param tower its name in versions
     * @param levels the layers of the tower with deepstack features
     * @param imageTokenId the image placeholder token
     */
    public record Silent(String tower, List<Integer> levels, int imageTokenId) {}

    /**
     * Opens a model with Qwen3-VL's tower.
     *
     * @throws dev.embedonce.error.ModelLoadException naming the file and what in it does not fit; nothing stays open
     *     then
     */
    public static FamilyModel open(FamilyFiles files, FamilyOptions options) {
        return open(files, options, QWEN3_VL);
    }

    /**
     * Opens a model.
     *
     * @throws dev.embedonce.error.ModelLoadException naming the file and what in it does not fit; nothing stays open
     *     then
     */
    public static FamilyModel open(FamilyFiles files, FamilyOptions options, Silent silent) {
        ModelConfig config = files.config();
        ModelConfig vision = config.object("vision_config");
        List<String> levels = DeepstackVision.levels(vision, silent.levels());
        TextModel text = TextModels.readOf(config).withDeepstack(levels.size());
        int imageTokenId = config.natural("image_token_id", silent.imageTokenId());
        int merge = vision.positive("spatial_merge_size", 2);
        FamilyImages<Geometry> images = PatchModels.images(files, options, DeepstackVision.PATCH);
        return FamilyModel.open(
                images.processing(),
                DeepstackVision.open(
                        silent.tower(), silent.levels(), DeepstackVision.QWEN3_VL, files, options, images.geometry()),
                new GridPrompts("<|image_pad|>", imageTokenId, merge, levels),
                () -> TextDecoder.open(files, options, LanguageLayouts.LANGUAGE_MODEL, text));
    }
}
