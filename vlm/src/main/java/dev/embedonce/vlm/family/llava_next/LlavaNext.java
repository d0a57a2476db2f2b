package dev.embedonce.vlm.family.llava_next;

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
import dev.embedonce.vlm.vision.GridPinpoints;
import dev.embedonce.vlm.vision.PinpointProcessing;
import dev.embedonce.vlm.vision.ProjectedClip;

/**
 * {@code model_type} llava_next, with CLIP's tower. As transformers, and unlike mlx-vlm, what padding fills is cut away
 * by the picture's size.
 */
// Source: transformers 5.23, models/llava_next/modeling_llava_next.py, processing_llava_next.py
public final class LlavaNext implements Family {
    @Override
    public String name() {
        return "llava_next";
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
        ProjectedClip tower = ProjectedClip.read(files.config());
        int side = tower.clip().imageSize();
        return FamilyModel.open(
                FamilyImages.of(
                        files,
                        () -> PinpointProcessing.read(name(), "LlavaNextImageProcessor", files, options.pixels(), side),
                        tensors -> PinpointProcessing.pictures(tensors, GridPinpoints.read(files.config(), side))),
                LlavaNextVision.open(files, options),
                new RepeatedPlaceholder(files.imageToken("<image>"), imageTokenId),
                () -> TextDecoder.open(files, options, LanguageLayouts.LLAVA, text));
    }
}
