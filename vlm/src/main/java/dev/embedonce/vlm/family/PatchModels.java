package dev.embedonce.vlm.family;

import dev.embedonce.encoder.arch.ModelConfig;
import dev.embedonce.vlm.decoder.LanguageLayouts;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.prompt.GridPrompts;
import dev.embedonce.vlm.vision.PatchProcessing;
import dev.embedonce.vlm.vision.PatchProcessing.Geometry;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;

/** How a model is put together that looks at packed patches, as Qwen2-VL and Qwen2.5-VL do. */
public final class PatchModels {
    private PatchModels() {}

    /** Opens a family's tower. */
    @FunctionalInterface
    public interface Tower {
        /** The tower, over patches as the processor makes them. */
        VisionTower open(FamilyFiles files, FamilyOptions options, Geometry processor);
    }

    /** Opens a model with a family's tower. */
    public static FamilyModel open(FamilyFiles files, FamilyOptions options, Tower tower) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readOf(config);
        int imageTokenId = config.natural("image_token_id", 151_655);
        PatchProcessing images = PatchProcessing.read(files.imageProcessor(), options.pixels());
        return FamilyModel.open(
                images,
                tower.open(files, options, images.geometry()),
                new GridPrompts("<|image_pad|>", imageTokenId, images.geometry().merge(), List.of()),
                () -> TextDecoder.open(files, options, LanguageLayouts.QWEN2, text));
    }
}
