package dev.embedonce.vlm.family;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.chat.MessageContent;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A family of vision-language models. Stateless. */
public interface Family {
    /** Its name, which is its folder's. */
    String name();

    /** The values of {@code model_type} that it is published under; another family may be published under the same. */
    default List<String> modelTypes() {
        return List.of(name());
    }

    /**
     * Whether a model of one of {@link #modelTypes} is of this family. Families that share a {@code model_type} tell
     * themselves apart by the parts, such as {@code vision_config.model_type}.
     *
     * @param config of which nothing is read for a fingerprint
     */
    default boolean opens(ModelConfig config) {
        return true;
    }

    /**
     * Tokens that the family's processor adds to the tokenizer in code, in order; those that its files name are passed
     * over.
     */
    default List<String> addedTokens() {
        return List.of();
    }

    /**
     * Ids of the tokens that end an answer where the files name none by {@code eos_token_id}.
     *
     * @param config the whole one
     */
    default Set<Integer> endTokens(ModelConfig config) {
        return Set.of();
    }

    /** A chat template for models that are published without one. */
    default Optional<String> chatTemplate() {
        return Optional.empty();
    }

    /**
     * What the chat template is given as the content of a message: parts, or one string with numbered placeholders for
     * templates that join strings, such as {@code MessageContent.joined(k -> "<|image_" + k + "|>")}.
     */
    default MessageContent messageContent() {
        return MessageContent.PARTS;
    }

    /**
     * Opens a model: reads the config, builds the graphs over the weights.
     *
     * @throws dev.embedonce.error.ModelLoadException naming the file and the field, tensor or setting that does not
     *     fit; nothing stays open then
     */
    FamilyModel open(FamilyFiles files, FamilyOptions options);
}
