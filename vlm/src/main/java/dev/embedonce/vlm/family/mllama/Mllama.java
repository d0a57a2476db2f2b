package dev.embedonce.vlm.family.mllama;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.LanguageLayouts;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyImages;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.mllama.MllamaProcessor.Tiles;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.ImageToken;

/**
 * {@code model_type} mllama. Every token attends to the pictures in some way, those before the first picture too, so
 * that a prompt shares no cached prefix with one about other pictures.
 */
// Source: transformers 5.23, models/mllama/modeling_mllama.py, processing_mllama.py
public final class Mllama implements Family {
    @Override
    public String name() {
        return "mllama";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        config.object("text_config").oneOf("model_type", "mllama_text_model");
        TextModel text = TextModels.readOf(config);
        FamilyImages<Tiles> images = FamilyImages.of(
                files,
                () -> MllamaProcessor.read(files.imageProcessor(), options.pixels()),
                MllamaProcessor::tiles,
                tiles -> MllamaProcessor::pictures,
                () -> Tiles.read(config.object("vision_config")));
        Tiles tiles = images.geometry();
        return FamilyModel.open(
                images.processing(),
                MllamaVision.open(files, options, tiles.size(), tiles.most()),
                new MllamaPrompts(ImageToken.id(config, 128_256)),
                () -> TextDecoder.open(files, options, LanguageLayouts.LLAVA, text));
    }
}
