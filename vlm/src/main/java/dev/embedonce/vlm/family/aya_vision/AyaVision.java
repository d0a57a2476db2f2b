package dev.embedonce.vlm.family.aya_vision;

import dev.embedonce.model.ModelConfig;
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
import dev.embedonce.vlm.vision.TileProcessing;

/**
 * {@code model_type} aya_vision. Logits are multiplied by the text's {@code logit_scale}, as transformers 4.50, mlx-vlm
 * and the text model's own class do; the classes of transformers 4.57 and 5.23 leave that out, which changes no greedy
 * token, but how likely the others are.
 */
// Source: transformers 5.23, models/aya_vision/modeling_aya_vision.py, processing_aya_vision.py
public final class AyaVision implements Family {
    @Override
    public String name() {
        return "aya_vision";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readOf(config);
        int imageTokenId = ImageToken.id(config, 255_036);
        int side = AyaTower.side(config);
        return FamilyModel.open(
                FamilyImages.of(
                        files,
                        () -> TileProcessing.read(name(), files.imageProcessor(), options.pixels(), side),
                        tensors -> TileProcessing.pictures(tensors, side)),
                AyaTower.open(files, options),
                AyaPrompts.read(files, imageTokenId),
                () -> TextDecoder.open(files, options, LanguageLayouts.LLAVA, text));
    }
}
