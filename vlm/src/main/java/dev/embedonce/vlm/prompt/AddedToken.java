package dev.embedonce.vlm.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.JsonFiles;
import java.util.Map;
import java.util.OptionalLong;

/** Finds tokens that a tokenizer's files add to its vocabulary, for models whose config does not say their ids. */
public final class AddedToken {
    private static final String SETTINGS = "tokenizer_config.json";
    private static final String DECODER = "added_tokens_decoder";

    private AddedToken() {}

    /**
     * The id of a token, by {@code tokenizer_config.json} or, in older folders, {@code added_tokens.json}.
     *
     * @throws ModelLoadException if neither has it
     */
    public static long id(JsonFiles files, String token) {
        return find(files, token)
                .orElseThrow(() -> new ModelLoadException(
                        files.directory().resolve(SETTINGS) + ": " + DECODER + ": expected the token " + token));
    }

    /** As {@link #id}, for tokens that these files may leave to others. */
    public static OptionalLong find(JsonFiles files, String token) {
        for (Map.Entry<String, JsonNode> added :
                files.object(SETTINGS).path(DECODER).properties()) {
            if (added.getValue().path("content").asText().equals(token)
                    && added.getKey().matches("[0-9]{1,9}")) {
                return OptionalLong.of(Long.parseLong(added.getKey()));
            }
        }
        JsonNode id = files.object("added_tokens.json").path(token);
        return id.canConvertToInt() && id.asInt() >= 0 ? OptionalLong.of(id.asInt()) : OptionalLong.empty();
    }
}
