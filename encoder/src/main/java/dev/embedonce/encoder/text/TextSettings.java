package dev.embedonce.encoder.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.tokenizer.TokenizerSettings;

/**
 * What the settings of a tokenizer say about texts for an encoder: how long they are and how they are padded. Settings
 * that would change tokens in a way that is not supported are refused by name.
 */
final class TextSettings {
    private final TokenizerSettings settings;

    /**
     * Takes the settings.
     *
     * @throws ModelLoadException if they ask for what is not supported
     */
    TextSettings(TokenizerSettings settings) {
        this.settings = settings;
        requireOff("auto_map", "none (code of its own is never run)");
        requireOff("split_special_tokens", "false");
        if (!settings.get("truncation_side").asText("right").equals("right")) {
            throw settings.refused("truncation_side", "right");
        }
    }

    private void requireOff(String name, String expected) {
        JsonNode value = settings.get(name);
        if (!value.isMissingNode() && !(value.isBoolean() && !value.asBoolean())) {
            throw settings.refused(name, expected);
        }
    }

    /** The tokenizer's class, as {@link TokenizerSettings#tokenizerClass} has it. */
    String tokenizerClass() {
        return settings.tokenizerClass();
    }

    /** Whether SigLIP texts are lowered. */
    boolean lowerCase() {
        return settings.flag("do_lower_case", true);
    }

    /** The most tokens of a text: what the model has positions for, or fewer if the settings say so. */
    int maxTokens(int positions) {
        JsonNode value = settings.get("model_max_length");
        if (value.isMissingNode()) {
            return positions;
        }
        if (!value.isNumber() || value.asDouble() < 2) {
            throw settings.refused("model_max_length", "a number from 2 on");
        }
        return (int) Math.min(positions, value.asDouble());
    }

    /** Whether padding goes before the text. */
    boolean padsLeft(TextFamily family) {
        String side = settings.get("padding_side").asText(family.padsLeft() ? "left" : "right");
        boolean left = side.equals("left");
        if (!left && !side.equals("right")) {
            throw settings.refused("padding_side", "left or right");
        }
        if (left && family == TextFamily.CLIP) {
            throw settings.refused("padding_side", "right, as the text tower of CLIP reads from the left");
        }
        return left;
    }

    String padToken(TextFamily family) {
        return settings.specialTokens().getOrDefault("pad_token", family.padToken());
    }

    ModelLoadException refused(String name, String expected) {
        return settings.refused(name, expected);
    }
}
