package dev.embedonce.encoder.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;

/**
 * How the texts of a family of models become tokens: what transformers' tokenizer class does beyond what {@code
 * tokenizer.json} says, and what it takes for settings that are not there.
 *
 * <p>SigLIP's class reads {@code spiece.model} and prepares texts itself: lower case, no ASCII punctuation, single
 * spaces. SigLIP 2 has Gemma's tokenizer, and was trained on lower-case texts; published {@code tokenizer.json} files
 * leave that to the caller. transformers lowers them for model type {@code siglip2}, but not for the fixed-size
 * checkpoints, whose model type is {@code siglip} and whose tokenizer class is Gemma's; here both are lowered, as in
 * training.
 *
 * <p>One difference is left: where a text has one of SigLIP's special tokens in it, such as {@code </s>}, what follows
 * begins with a space here and without one in transformers' class.
 */
// Source: transformers 5.23, models/clip/tokenization_clip.py; models/siglip/tokenization_siglip.py, canonicalize_text,
// tokenize;
// models/siglip2/tokenization_siglip2.py
enum TextFamily {
    CLIP("clip", "<|endoftext|>", false),
    SIGLIP("siglip", "</s>", false),
    SIGLIP2("siglip2", "<pad>", true);

    private static final String PUNCTUATION = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~]";
    private static final String UNDERLINE = "\u2581";

    private final String id;
    private final String padToken;
    private final boolean padsLeft;

    TextFamily(String id, String padToken, boolean padsLeft) {
        this.id = id;
        this.padToken = padToken;
        this.padsLeft = padsLeft;
    }

    /**
     * The family of a model.
     *
     * @param modelType of {@code config.json}
     * @param settings of {@code tokenizer_config.json}
     * @throws ModelLoadException if the tokenizer class is none that the family has; it names the class
     */
    static TextFamily of(String modelType, TextSettings settings) {
        String type = settings.tokenizerClass();
        if (modelType.startsWith("clip")) {
            return require(CLIP, type.isEmpty() || type.equals("CLIPTokenizer"), settings, "CLIPTokenizer");
        }
        if (type.equals("GemmaTokenizer") || type.equals("Siglip2Tokenizer")) {
            return SIGLIP2;
        }
        if (modelType.equals("siglip2")) {
            return require(SIGLIP2, type.isEmpty(), settings, "GemmaTokenizer or Siglip2Tokenizer");
        }
        return require(
                SIGLIP,
                type.isEmpty() || type.equals("SiglipTokenizer"),
                settings,
                "SiglipTokenizer, GemmaTokenizer or Siglip2Tokenizer");
    }

    private static TextFamily require(TextFamily family, boolean fits, TextSettings settings, String expected) {
        if (!fits) {
            throw settings.refused("tokenizer_class", expected);
        }
        return family;
    }

    /** The name in fingerprints, which never changes. */
    String id() {
        return id;
    }

    /** What texts are padded with if the settings do not say. */
    String padToken() {
        return padToken;
    }

    /** Where padding goes if the settings do not say. */
    boolean padsLeft() {
        return padsLeft;
    }

    /**
     * The normalizer: what the class does to a text, then what the file says. Doing it twice changes nothing, so a file
     * that already says it may do so. Special tokens inside of texts are found before, and stay as they are.
     */
    JsonNode normalizer(JsonNode own, boolean lowerCase) {
        ArrayNode steps = JsonNodeFactory.instance.arrayNode();
        switch (this) {
            case CLIP -> {
                return own;
            }
            case SIGLIP -> {
                replace(steps, "String", UNDERLINE, " ");
                if (lowerCase) {
                    steps.addObject().put("type", "Lowercase");
                }
                replace(steps, "Regex", PUNCTUATION, "");
                replace(steps, "Regex", "\\s+", " ");
                steps.addObject().put("type", "Strip").put("strip_left", true).put("strip_right", true);
            }
            case SIGLIP2 -> steps.addObject().put("type", "Lowercase");
            default -> throw new IllegalStateException(id);
        }
        if (!own.isNull()) {
            steps.add(own);
        }
        return JsonNodeFactory.instance.objectNode().put("type", "Sequence").set("normalizers", steps);
    }

    private static void replace(ArrayNode steps, String kind, String pattern, String content) {
        ObjectNode step = steps.addObject().put("type", "Replace");
        step.putObject("pattern").put(kind, pattern);
        step.put("content", content);
    }
}
