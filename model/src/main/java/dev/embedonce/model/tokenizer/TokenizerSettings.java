package dev.embedonce.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.JsonFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a model's files say about tokens beside the vocabulary: {@code tokenizer_config.json}, and where that has no
 * {@code added_tokens_decoder} as in older folders, {@code special_tokens_map.json} and {@code added_tokens.json}.
 * Immutable.
 */
// Source: transformers 4.57, tokenization_utils_base.py, PreTrainedTokenizerBase._from_pretrained;
// tokenization_utils_fast.py
public final class TokenizerSettings {
    private static final List<String> ROLES =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");
    private static final List<String> LISTS = List.of("additional_special_tokens", "extra_special_tokens");
    private static final String NAME = TokenizerForm.SETTINGS.get(0);
    private static final String ADDED = TokenizerForm.SETTINGS.get(1);
    private static final String SPECIAL = TokenizerForm.SETTINGS.get(2);
    private static final String DECODER = "added_tokens_decoder";

    private final Path file;
    private final JsonNode json;
    private final Path addedFile;
    private final JsonNode added;

    private TokenizerSettings(Path file, JsonNode json, Path addedFile, JsonNode added) {
        this.file = file;
        this.json = json;
        this.addedFile = addedFile;
        this.added = added;
    }

    /**
     * Reads the settings of a folder, which may have none.
     *
     * @throws ModelLoadException if a file is damaged or too large
     */
    static TokenizerSettings read(JsonFiles files) {
        Path folder = files.directory();
        Path file = folder.resolve(NAME);
        ObjectNode json = files.object(NAME);
        if (json.has(DECODER)) {
            return new TokenizerSettings(file, json, file, json.get(DECODER));
        }
        ObjectNode all = json.deepCopy();
        for (Map.Entry<String, JsonNode> token : files.object(SPECIAL).properties()) {
            if (!isSame(file, token.getKey(), all.get(token.getKey()), token.getValue())) {
                all.set(token.getKey(), token.getValue());
            }
        }
        return new TokenizerSettings(file, all, folder.resolve(ADDED), files.object(ADDED));
    }

    /** The same settings, with a token for each role that they say nothing about; a null says that there is none. */
    TokenizerSettings withDefaults(Map<String, String> defaults) {
        ObjectNode all = json.deepCopy();
        defaults.forEach((role, token) -> {
            if (!all.has(role)) {
                all.put(role, token);
            }
        });
        return new TokenizerSettings(file, all, addedFile, added);
    }

    /** Whether two ways to write a token mean the same one. */
    private static boolean isSame(Path file, String role, @Nullable JsonNode one, JsonNode other) {
        return one != null
                && !one.isNull()
                && !other.isNull()
                && ROLES.contains(role)
                && AddedToken.read(file, role, one, true).equals(AddedToken.read(file, role, other, true));
    }

    /** A setting as it is written; missing, in Jackson's sense, if it is not there or null. */
    public JsonNode get(String name) {
        return json.hasNonNull(name) ? json.get(name) : MissingNode.getInstance();
    }

    /**
     * The special tokens by role, such as {@code pad_token}, as they are written: texts, or objects with a {@code
     * content}.
     */
    public SortedMap<String, JsonNode> roles() {
        SortedMap<String, JsonNode> roles = new TreeMap<>();
        ROLES.stream().filter(json::hasNonNull).forEach(role -> roles.put(role, json.get(role)));
        return roles;
    }

    /**
     * The special tokens that have a role.
     *
     * @throws ModelLoadException if one is neither a text nor an object with a content
     */
    public List<AddedToken> roleTokens() {
        return ROLES.stream()
                .filter(json::hasNonNull)
                .map(role -> AddedToken.read(file, role, json.get(role), true).asSpecial())
                .toList();
    }

    /** The file that names added tokens. */
    Path addedFile() {
        return addedFile;
    }

    /** The tokenizer's class without the ending that tells transformers' two kinds apart; empty if it is not said. */
    public String tokenizerClass() {
        String name = json.path("tokenizer_class").asText("");
        return name.endsWith("Fast") ? name.substring(0, name.length() - "Fast".length()) : name;
    }

    /** A setting that is true or false. */
    public boolean flag(String name, boolean missing) {
        JsonNode value = json.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return missing;
        }
        if (!value.isBoolean()) {
            throw refused(name, "true or false");
        }
        return value.booleanValue();
    }

    /** The special tokens by the names that templates use, such as {@code bos_token}. */
    public Map<String, String> specialTokens() {
        Map<String, String> tokens = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            JsonNode value = field.getValue().has("content") ? field.getValue().get("content") : field.getValue();
            if (field.getKey().endsWith("_token") && value.isTextual()) {
                tokens.put(field.getKey(), value.textValue());
            }
        }
        return tokens;
    }

    /** The tokens to add to the vocabulary: those with a number first, in its order, then the special ones without. */
    Collection<AddedToken> addedTokens() {
        Map<String, AddedToken> special = new LinkedHashMap<>();
        for (AddedToken token : special()) {
            special.putIfAbsent(token.content(), token);
        }
        Map<String, AddedToken> all = new LinkedHashMap<>();
        for (AddedToken token : numbered(special)) {
            all.put(token.content(), special.containsKey(token.content()) ? token.asSpecial() : token);
        }
        special.forEach(all::putIfAbsent);
        return all.values();
    }

    private List<AddedToken> numbered(Map<String, AddedToken> special) {
        List<AddedToken> tokens = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : added.properties()) {
            if (json.has(DECODER)) {
                AddedToken token = AddedToken.read(file, DECODER, field.getValue(), false);
                tokens.add(token.withId(number(field.getKey(), DECODER)));
            } else {
                boolean isSpecial = special.containsKey(field.getKey());
                AddedToken token = AddedToken.of(field.getKey(), isSpecial, !isSpecial);
                tokens.add(token.withId(number(field.getValue().asText(), field.getKey())));
            }
        }
        tokens.sort(Comparator.comparingInt(token -> token.id().orElseThrow()));
        return tokens;
    }

    private int number(String text, String name) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a negative one.
        }
        throw new ModelLoadException(addedFile + ": " + name + ": expected the id of a token, found " + text);
    }

    private List<AddedToken> special() {
        List<AddedToken> tokens = new ArrayList<>(roleTokens());
        for (String list : LISTS) {
            for (JsonNode token : json.path(list)) {
                tokens.add(AddedToken.read(file, list, token, true).asSpecial());
            }
        }
        return tokens;
    }

    /** An error about a setting: what was expected, and what is there. */
    public ModelLoadException refused(String name, String expected) {
        return new ModelLoadException(file + ": " + name + ": expected " + expected + ", found "
                + Optional.ofNullable(json.get(name)).map(JsonNode::toString).orElse("none"));
    }
}
