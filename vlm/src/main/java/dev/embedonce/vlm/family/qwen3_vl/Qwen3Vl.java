package dev.embedonce.vlm.family.qwen3_vl;

import dev.embedonce.model.tower.PatchTower.Geometry;
import dev.embedonce.vlm.decoder.LanguageLayouts;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyImages;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.PatchModels;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.GridPrompts;

/** {@code model_type} qwen3_vl. Still pictures; videos are not supported. */
// Source: transformers 5.23, models/qwen3_vl/modeling_qwen3_vl.py, processing_qwen3_vl.py
public final class Qwen3Vl implements Family {
    @Override
    public String name() {
        return "qwen3_vl";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        Qwen3VlConfig config = Qwen3VlConfig.read(files.config());
        FamilyImages<Geometry> images = PatchModels.images(files, options, Qwen3VlVision.PATCH);
        return FamilyModel.open(
                images.processing(),
                Qwen3VlVision.open(files, options, images.geometry()),
                new GridPrompts(
                        "<|image_pad|>",
                        config.imageTokenId(),
                        config.mergeSize(),
                        Qwen3VlVision.levels(config.deepstackLevels())),
                () -> TextDecoder.open(files, options, LanguageLayouts.LANGUAGE_MODEL, config.text()));
    }
}
