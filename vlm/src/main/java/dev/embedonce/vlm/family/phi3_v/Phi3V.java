package dev.embedonce.vlm.family.phi3_v;

import dev.embedonce.model.ModelConfig;
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
import dev.embedonce.vlm.vision.SeparatedTiles;

/**
 * {@code model_type} phi3_v, published with code of its own; the fields of the text are at the top of the config.
 * (mlx-vlm concatenates crops whole, which is another order where they stand side by side, and squeezes pictures where
 * the published code pads them.)
 */
// Source: microsoft/Phi-3-vision-128k-instruct, image_processing_phi3_v.py, image_embedding_phi3_v.py,
// processing_phi3_v.py, modeling_phi3_v.py, as public projects carry them
public final class Phi3V implements Family {
    @Override
    public String name() {
        return "phi3_v";
    }

    @Override
    public MessageContent messageContent() {
        return MessageContent.joined(image -> "<|image_" + image + "|>\n");
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readAs("phi3", config);
        SeparatedTiles tiles = Phi3VTower.tiles(config);
        return FamilyModel.open(
                FamilyImages.of(
                        files,
                        () -> Phi3VProcessor.read(files, options.pixels(), tiles),
                        tensors -> Phi3VProcessor.pictures(tensors, tiles)),
                Phi3VTower.open(files, options, text.hiddenSize()),
                new Phi3VPrompts(),
                () -> TextDecoder.open(files, options, LanguageLayouts.QWEN2, text));
    }
}
