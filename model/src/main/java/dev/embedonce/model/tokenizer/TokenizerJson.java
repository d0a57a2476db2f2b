package dev.embedonce.model.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A {@code tokenizer.json} that is made of other files.
 *
 * @param file that the vocabulary comes from, named in errors
 * @param root all but added tokens and post-processor
 * @param vocabulary numbers of tokens
 * @param own added tokens that the vocabulary's own file names
 * @param defaults special tokens of roles that the settings say nothing about
 * @param begins whether a text begins with {@code bos_token}, if the settings do not say
 * @param ends whether a text ends with {@code eos_token}, if the settings do not say
 */
record TokenizerJson(
        Path file,
        ObjectNode root,
        Map<String, Integer> vocabulary,
        Collection<AddedToken> own,
        Map<String, String> defaults,
        boolean begins,
        boolean ends) {
    private static final String BYTE_LEVEL = "ByteLevel";

    /**
     * The finished text.
     *
     * @param settings with the defaults
     * @param plain tokens that the family adds in code
     * @throws ModelLoadException if a token cannot have the number it should have, or frames texts and does not exist
     */
    String text(TokenizerSettings settings, List<String> plain) {
        AddedTokens tokens = new AddedTokens(file, vocabulary, vocabulary.size());
        tokens.add(file, own);
        tokens.add(settings.addedFile(), settings.addedTokens());
        tokens.addPlain(plain);
        root.set("added_tokens", tokens.json());
        root.set("post_processor", frame(settings, tokens));
        try {
            return TokenizerFolder.JSON.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What sets {@code bos_token} before a text and {@code eos_token} after it, as far as the settings ask for them.
     */
    private ObjectNode frame(TokenizerSettings settings, AddedTokens tokens) {
        boolean hasFirst = settings.specialTokens().containsKey("bos_token");
        ObjectNode processor = object("TemplateProcessing");
        ArrayNode single = processor.putArray("single");
        ObjectNode used = processor.putObject("special_tokens");
        if (settings.flag("add_bos_token", begins && hasFirst)) {
            special(settings, "bos_token", tokens, single, used);
        }
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        if (settings.flag("add_eos_token", ends)) {
            special(settings, "eos_token", tokens, single, used);
        }
        ArrayNode pair = processor.putArray("pair").addAll(single);
        pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 0);
        return processor;
    }

    private static void special(
            TokenizerSettings settings, String role, AddedTokens tokens, ArrayNode template, ObjectNode used) {
        String content = settings.specialTokens().get(role);
        OptionalInt id = content == null ? OptionalInt.empty() : tokens.id(content);
        if (content == null || id.isEmpty()) {
            throw settings.refused(role, "a token, as add_" + role + " is true");
        }
        template.addObject().putObject("SpecialToken").put("id", content).put("type_id", 0);
        ObjectNode token = used.putObject(content).put("id", content);
        token.putArray("ids").add(id.getAsInt());
        token.putArray("tokens").add(content);
    }

    /** A part of a kind. */
    static ObjectNode object(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    /** A model that merges pairs. */
    static ObjectNode pairs(Map<String, Integer> vocabulary, List<List<String>> merges) {
        ObjectNode model = object("BPE");
        model.putPOJO("vocab", vocabulary);
        model.putPOJO("merges", merges);
        return model;
    }

    /**
     * Cuts texts into pieces, the bytes of which become characters.
     *
     * @param pattern of the pieces
     */
    static ObjectNode splitBytes(String pattern, boolean prefixSpace) {
        return split(pattern, "Isolated", false, bytes(prefixSpace, false));
    }

    /**
     * Finds pieces in texts and drops what is between them; cuts them as GPT-2 does, and their bytes become characters.
     *
     * @param pattern of the pieces
     */
    static ObjectNode findBytes(String pattern) {
        return split(pattern, "Removed", true, bytes(false, true));
    }

    private static ObjectNode split(String pattern, String behavior, boolean invert, ObjectNode then) {
        ObjectNode split = object("Split").put("behavior", behavior).put("invert", invert);
        split.putObject("pattern").put("Regex", pattern);
        ObjectNode sequence = object("Sequence");
        sequence.putArray("pretokenizers").add(split).add(then);
        return sequence;
    }

    /** Makes characters of the bytes of a text, and first cuts it as GPT-2 does if {@code split}. */
    static ObjectNode bytes(boolean prefixSpace, boolean split) {
        return object(BYTE_LEVEL)
                .put("add_prefix_space", prefixSpace)
                .put("trim_offsets", false)
                .put("use_regex", split);
    }
}
