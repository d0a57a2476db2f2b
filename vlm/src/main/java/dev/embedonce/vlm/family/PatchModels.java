package dev.embedonce.vlm.family;

import dev.embedonce.model.ModelConfig;
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
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;

/** Opens models with a tower over packed patches, as Qwen2-VL and Qwen2.5-VL have it. */
public final class PatchModels {
    /** Pixels a side of a patch where the config is silent. */
    private static final int PATCH = 14;

    private PatchModels() {}

    /** Opens a family's tower. */
    @FunctionalInterface
    public interface Tower {
        /** The tower, over patches as the processor makes them. */
        VisionTower open(FamilyFiles files, FamilyOptions options, Geometry processor);
    }

    /**
     * What makes the pictures of a model ready.
     *
     * @param patch pixels a side where {@code vision_config} is silent
     * @param harmless settings of the processor that change no pixel
     */
    public static FamilyImages<Geometry> images(
            FamilyFiles files, FamilyOptions options, int patch, String... harmless) {
        return FamilyImages.of(
                files,
                () -> PatchProcessing.read(files.imageProcessor(), options.pixels(), harmless),
                PatchProcessing::geometry,
                geometry -> PatchProcessing::pictures,
                () -> PatchTower.geometry(files.config().object("vision_config"), patch));
    }

    /** Opens a model with a family's tower. */
    public static FamilyModel open(FamilyFiles files, FamilyOptions options, Tower tower) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readOf(config);
        int imageTokenId = config.natural("image_token_id", 151_655);
        FamilyImages<Geometry> images = images(files, options, PATCH);
        return FamilyModel.open(
                images.processing(),
                tower.open(files, options, images.geometry()),
                new GridPrompts("<|image_pad|>", imageTokenId, images.geometry().merge(), List.of()),
                () -> TextDecoder.open(files, options, LanguageLayouts.QWEN2, text));
    }
}
