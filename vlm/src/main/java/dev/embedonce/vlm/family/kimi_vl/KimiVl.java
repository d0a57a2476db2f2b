package dev.embedonce.vlm.family.kimi_vl;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.LanguageLayouts;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyImages;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.kimi_vl.KimiVlPictures.Geometry;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.RepeatedPlaceholder;

/** {@code model_type} kimi_vl, which is published with code of its own. Still pictures; videos are not supported. */
// Source: vllm, models/kimi_vl.py; transformers 5.23, models/kimi_k25, whose still pictures are Kimi-VL's
public final class KimiVl implements Family {
    @Override
    public String name() {
        return "kimi_vl";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readOf(config);
        int imageTokenId = config.natural("media_placeholder_token_id", 163_605);
        Geometry geometry = Geometry.read(config);
        return FamilyModel.open(
                FamilyImages.of(
                        files,
                        () -> KimiVlProcessor.read(files.imageProcessor(), options.pixels(), geometry),
                        geometry::pictures),
                KimiVlTower.open(files, options),
                new RepeatedPlaceholder("<|media_pad|>", imageTokenId),
                () -> TextDecoder.open(files, options, LanguageLayouts.LLAVA, text));
    }
}
