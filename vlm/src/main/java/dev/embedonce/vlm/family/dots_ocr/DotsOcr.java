package dev.embedonce.vlm.family.dots_ocr;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchTower.Geometry;
import dev.embedonce.vlm.chat.MessageContent;
import dev.embedonce.vlm.decoder.LanguageLayouts;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyImages;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.PatchProcessing;
import java.util.List;

/**
 * {@code model_type} dots_ocr, published with code of its own. Still pictures; videos, which that code cannot take
 * either, are refused. The chat template is given each message as one string, as the authors' client of a vLLM server
 * does. (Given a list of parts, as in their demo, the same template leaves out {@code <|user|>} and
 * {@code <|endofuser|>}; messages of the system and the assistant it takes as strings only.)
 */
// Source: rednote-hilab/dots.ocr, configuration_dots.py, modeling_dots_ocr.py, dots_ocr/model/inference.py
public final class DotsOcr implements Family {
    private static final String IMAGE = "<|img|>" + DotsOcrPrompts.PLACEHOLDER + "<|endofimg|>";
    private static final int IMAGE_TOKEN = 151_665;

    @Override
    public String name() {
        return "dots_ocr";
    }

    @Override
    public MessageContent messageContent() {
        return MessageContent.joined(image -> IMAGE);
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readAs("qwen2", config);
        FamilyImages<Geometry> images = FamilyImages.of(
                files,
                () -> PatchProcessing.read(files.imageProcessor(), options.pixels()),
                PatchProcessing::geometry,
                geometry -> PatchProcessing::pictures,
                () -> DotsOcrTower.geometry(config.object("vision_config")));
        return FamilyModel.open(
                images.processing(),
                DotsOcrTower.open(files, options, images.geometry(), text.hiddenSize()),
                new DotsOcrPrompts(config.natural("image_token_id", IMAGE_TOKEN)),
                () -> TextDecoder.open(files, options, List.of(LanguageLayouts.under("model.", "")), text));
    }
}
