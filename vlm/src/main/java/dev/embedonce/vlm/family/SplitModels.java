package dev.embedonce.vlm.family;

import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.LanguageLayouts;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.SplitPrompts;
import dev.embedonce.vlm.vision.ShuffledSiglip;
import dev.embedonce.vlm.vision.SplitProcessing;
import java.util.List;

/**
 * Opens models with SigLIP and pixel shuffle over the tiles of a split picture, as Idefics3 and SmolVLM have it.
 */
public final class SplitModels {
    private static final List<NameLayout> LANGUAGE = List.of(LanguageLayouts.under("model.text_model.", ""));

    private SplitModels() {}

    /**
     * Opens a model.
     *
     * @param family the family's name in versions
     * @param processorClass what {@code image_processor_type} begins with
     */
    public static FamilyModel open(FamilyFiles files, FamilyOptions options, String family, String processorClass) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readOf(config);
        int imageTokenId = config.natural("image_token_id", 128_257);
        FamilyImages<Integer> images = FamilyImages.of(
                files,
                () -> SplitProcessing.read(family, processorClass, files.imageProcessor(), options.pixels()),
                SplitProcessing::side,
                side -> tensors -> SplitProcessing.pictures(tensors, side),
                () -> files.givenSide(files.config().object("vision_config").side("image_size", 224)));
        return FamilyModel.open(
                images.processing(),
                ShuffledSiglip.open(family + ".vision", files, options, images.geometry()),
                new SplitPrompts(imageTokenId),
                () -> TextDecoder.open(files, options, LANGUAGE, text));
    }
}
