package dev.embedonce.encoder.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.JsonFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The settings in {@code tokenizer_config.json} that decide about tokens. A folder without that file has none. Settings that would
 * change tokens in a way that is not supported are refused by name.
 */
final class TokenizerSettings {
    private static final String NAME = "tokenizer_config.json";
    private static final List<String> SPECIAL_TOKENS =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private final Path file;
    private final JsonNode json;

    private TokenizerSettings(Path file, JsonNode json) {
        this.file = file;
        this.json = json;
    }

    /**
     * Reads the settings.
     *
     * @throws ModelLoadException if there is a file and it is damaged, or asks for what is not supported
     */
    static TokenizerSettings read(JsonFiles files) {
        TokenizerSettings settings = new TokenizerSettings(files.directory().resolve(NAME), files.object(NAME));
        settings.requireOff("auto_map", "none (code of its own is never run)");
        settings.requireOff("split_special_tokens", "false");
        if (!settings.json.path("truncation_side").asText("right").equals("right")) {
            throw settings.refused("truncation_side", "right");
        }
        return settings;
    }

    private void requireOff(String name, String expected) {
        JsonNode value = json.path(name);
        if (!value.isMissingNode() && !value.isNull() && !(value.isBoolean() && !value.asBoolean())) {
            throw refused(name, expected);
        }
    }

    /** The tokenizer's class; empty if it is not said. */
    String tokenizerClass() {
        return json.path("tokenizer_class").asText("");
    }

    /** Whether SigLIP texts are lowered. */
    boolean lowerCase() {
        JsonNode value = json.path("do_lower_case");
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw refused("do_lower_case", "true or false");
        }
        return value.asBoolean(true);
    }

    /** The most tokens of a text: what the model has positions for, or fewer if the settings say so. */
    int maxTokens(int positions) {
        JsonNode value = json.path("model_max_length");
        if (value.isMissingNode() || value.isNull()) {
            return positions;
        }
        if (!value.isNumber() || value.asDouble() < 2) {
            throw refused("model_max_length", "a number from 2 on");
        }
        return (int) Math.min(positions, value.asDouble());
    }

    /** Whether padding goes before the text. */
    boolean padsLeft(TextFamily family) {
        String side = json.path("padding_side").asText(family.padsLeft() ? "left" : "right");
        boolean left = side.equals("left");
        if (!left && !side.equals("right")) {
            throw refused("padding_side", "left or right");
        }
        if (left && family == TextFamily.CLIP) {
            throw refused("padding_side", "right, as the text tower of CLIP reads from the left");
        }
        return left;
    }

    String padToken(TextFamily family) {
        JsonNode token = specialTokens().get("pad_token");
        return token == null ? family.padToken() : content(token);
    }

    /** The special tokens by their roles: each a text, or an object with its {@code content} and how it is found. */
    Map<String, JsonNode> specialTokens() {
        Map<String, JsonNode> tokens = new LinkedHashMap<>();
        for (String role : SPECIAL_TOKENS) {
            JsonNode token = json.path(role);
            if (token.isTextual() || token.path("content").isTextual()) {
                tokens.put(role, token);
            } else if (!token.isMissingNode() && !token.isNull()) {
                throw refused(role, "a text or an object with a content");
            }
        }
        return tokens;
    }

    static String content(JsonNode token) {
        return token.isTextual() ? token.asText() : token.path("content").asText();
    }

    ModelLoadException refused(String name, String expected) {
        return new ModelLoadException(file + ": " + name + ": expected " + expected + ", found "
                + Optional.ofNullable(json.get(name)).map(JsonNode::toString).orElse("none"));
    }
}
