package dev.embedonce.vlm.family.paddleocr_vl;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchTower.Geometry;
import dev.embedonce.vlm.decoder.LanguageLayouts;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyImages;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.GridPrompts;
import dev.embedonce.vlm.vision.PatchProcessing;
import java.util.List;

/**
 * {@code model_type} paddleocr_vl: the model that reads parts of pages, without the layout detection around it. An LM
 * head of its own counts, as in the published code; transformers 5.23 takes the embedding table instead. Still
 * pictures; videos are not supported.
 */
// Source: transformers 5.23, models/paddleocr_vl/modeling_paddleocr_vl.py, processing_paddleocr_vl.py
public final class PaddleOcrVl implements Family {
    private static final int IMAGE_TOKEN = 100_295;

    @Override
    public String name() {
        return "paddleocr_vl";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readOf(config);
        int imageTokenId = config.natural("image_token_id", IMAGE_TOKEN);
        FamilyImages<Geometry> images = FamilyImages.of(
                files,
                () -> PatchProcessing.readPaddleOcr(files.imageProcessor(), options.pixels()),
                PatchProcessing::geometry,
                PatchProcessing::rowByRow,
                () -> PaddleOcrVlVision.geometry(config.object("vision_config")));
        return FamilyModel.open(
                images.processing(),
                PaddleOcrVlVision.open(files, options, images.geometry(), text.hiddenSize()),
                new GridPrompts(
                        "<|IMAGE_PLACEHOLDER|>", imageTokenId, images.geometry().merge(), List.of()),
                () -> TextDecoder.open(files, options, LanguageLayouts.QWEN2, text));
    }
}
