package dev.embedonce.vlm.family.llava;

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
import dev.embedonce.vlm.prompt.RepeatedPlaceholder;
import dev.embedonce.vlm.vision.PlainProcessing;
import dev.embedonce.vlm.vision.ProjectedClip;

/** {@code model_type} llava. One placeholder a picture, one tensor of a fixed number of tokens. */
// Source: transformers 5.23, models/llava/modeling_llava.py, processing_llava.py
public final class Llava implements Family {
    @Override
    public String name() {
        return "llava";
    }

    @Override
    public boolean opens(ModelConfig config) {
        return ProjectedClip.isIn(config);
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readOf(config);
        int imageTokenId = ImageToken.id(config, 32_000);
        return FamilyModel.open(
                FamilyImages.of(
                        files,
                        () -> PlainProcessing.read(files.directory(), options.pixels()),
                        PlainProcessing::pictures),
                LlavaVision.open(files, options),
                new RepeatedPlaceholder(files.imageToken("<image>"), imageTokenId),
                () -> TextDecoder.open(files, options, LanguageLayouts.LLAVA, text));
    }
}
