package dev.embedonce.vlm.family;

import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.Phi4Prompts;
import dev.embedonce.vlm.vision.Phi4Processing;
import dev.embedonce.vlm.vision.Phi4Vision;
import java.util.List;
import java.util.function.Supplier;

/** Opens Phi-4-multimodal, as its own code and as transformers publish it. Tensors for audio are passed over. */
public final class Phi4Models {
    private Phi4Models() {}

    /**
     * Opens a model.
     *
     * @param family the family's name in versions
     * @param processor reads the model's processor
     * @param languages the ways in which checkpoints name the tensors of the language model
     */
    public static FamilyModel open(
            FamilyFiles files,
            FamilyOptions options,
            String family,
            Phi4Vision tower,
            Supplier<Phi4Processing> processor,
            Phi4Prompts prompts,
            List<NameLayout> languages) {
        TextModel text = TextModels.readAs("phi3", files.config());
        return FamilyModel.open(
                FamilyImages.of(files, processor, tensors -> Phi4Processing.pictures(tensors, tower)),
                tower.open(family, files, options, text.hiddenSize()),
                prompts,
                () -> TextDecoder.open(files, options, languages, text));
    }
}
