package dev.embedonce.vlm.family;

import dev.embedonce.vlm.decoder.LanguageModel;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.function.Supplier;

/**
 * An opened model, in the four parts that the runtime works with.
 *
 * @param images makes pictures ready
 * @param tower makes features of them
 * @param prompts brings text and features together
 * @param language continues prompts
 */
public record FamilyModel(ImageProcessing images, VisionTower tower, PromptAssembler prompts, LanguageModel language)
        implements AutoCloseable {

    /** Puts a model together, and closes the tower if the language model cannot be opened. */
    public static FamilyModel open(
            ImageProcessing images, VisionTower tower, PromptAssembler prompts, Supplier<LanguageModel> language) {
        try {
            return new FamilyModel(images, tower, prompts, language.get());
        } catch (RuntimeException e) {
            tower.close();
            throw e;
        }
    }

    @Override
    public void close() {
        try (tower) {
            language.close();
        }
    }
}
