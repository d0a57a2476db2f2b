package dev.embedonce.vlm.family;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.LanguageLayouts;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.BracketedPlaceholder;
import dev.embedonce.vlm.vision.ShuffledInternVit;
import dev.embedonce.vlm.vision.TileProcessing;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Opens InternVL, as its own code and as transformers publish it. */
public final class InternVlModels {
    /** Stands for one feature of a picture. */
    public static final String CONTEXT = "<IMG_CONTEXT>";

    private static final String TIED = "tie_word_embeddings";

    private InternVlModels() {}

    /**
     * Opens a model.
     *
     * @param family the family's name in versions
     * @param image what templates write where a picture is
     * @param contextId the token of {@link #CONTEXT}
     * @param text the config of the language model
     */
    public static FamilyModel open(
            FamilyFiles files,
            FamilyOptions options,
            String family,
            ShuffledInternVit tower,
            Supplier<TileProcessing> processor,
            String image,
            OptionalLong contextId,
            ModelConfig text) {
        TextModel model = TextModels.read(text, isTied(files, text));
        return FamilyModel.open(
                FamilyImages.of(files, processor, tensors -> TileProcessing.pictures(tensors, tower.side())),
                tower.open(family + ".vision", files, options),
                new BracketedPlaceholder(image, "<img>", CONTEXT, "</img>", contextId),
                () -> TextDecoder.open(files, options, LanguageLayouts.LLAVA, model));
    }

    /** An LM head in the files counts, whatever the config says: its defaults have changed. */
    private static boolean isTied(FamilyFiles files, ModelConfig text) {
        ModelConfig says = files.config().has(TIED) ? files.config() : text;
        return says.flag(TIED, true)
                && Stream.of("language_model.lm_head.weight", "lm_head.weight").noneMatch(files.weights()::contains);
    }
}
