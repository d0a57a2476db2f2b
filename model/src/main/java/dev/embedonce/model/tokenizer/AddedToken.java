package dev.embedonce.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * A token that is found in texts as it stands, before the vocabulary is asked. Immutable.
 *
 * @param id its number, where a file says it
 * @param special whether it is left out of answers
 * @param singleWord whether it is found as a whole word only
 * @param lstrip whether white space before it belongs to it
 * @param rstrip whether white space after it belongs to it
 * @param normalized whether it is looked for in the normalised text
 */
public record AddedToken(
        String content,
        OptionalInt id,
        boolean special,
        boolean singleWord,
        boolean lstrip,
        boolean rstrip,
        boolean normalized) {

    /** A token without a number that takes no white space along. */
    static AddedToken of(String content, boolean special, boolean normalized) {
        return new AddedToken(content, OptionalInt.empty(), special, false, false, false, normalized);
    }

    /**
     * Reads a token, a text or an object with its {@code content}.
     *
     * @param special for a text, and for an object that does not say it
     * @throws ModelLoadException if it is neither
     */
    static AddedToken read(Path file, String name, JsonNode json, boolean special) {
        if (json.isTextual()) {
            return of(json.textValue(), special, !special);
        }
        if (!json.path("content").isTextual()) {
            throw new ModelLoadException(
                    file + ": " + name + ": expected a text or an object with a content, found " + json);
        }
        boolean own = json.path("special").asBoolean(special);
        return new AddedToken(
                json.get("content").textValue(),
                OptionalInt.empty(),
                own,
                json.path("single_word").asBoolean(),
                json.path("lstrip").asBoolean(),
                json.path("rstrip").asBoolean(),
                json.path("normalized").asBoolean(!own));
    }

    AddedToken withId(int number) {
        return new AddedToken(content, OptionalInt.of(number), special, singleWord, lstrip, rstrip, normalized);
    }

    AddedToken asSpecial() {
        return new AddedToken(content, id, true, singleWord, lstrip, rstrip, normalized);
    }

    /** Writes the token as {@code added_tokens} of {@code tokenizer.json} has it. */
    void write(ObjectNode json) {
        json.put("id", id.orElseThrow())
                .put("content", content)
                .put("single_word", singleWord)
                .put("lstrip", lstrip)
                .put("rstrip", rstrip)
                .put("normalized", normalized)
                .put("special", special);
    }
}
