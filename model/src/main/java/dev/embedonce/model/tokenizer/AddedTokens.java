package dev.embedonce.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.embedonce.error.ModelLoadException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The added tokens of one tokenizer by content, with their numbers. New ones are numbered as the library does it: by
 * the vocabulary if that has them, else from the end of vocabulary and added tokens on. Not thread-safe.
 */
// Source: tokenizers 0.21, tokenizer/added_vocabulary.rs, AddedVocabulary::add_tokens
final class AddedTokens {
    private final Path file;
    private final Map<String, Integer> vocabulary;
    /** The number of the next token that the vocabulary does not have. */
    private int next;

    private final Map<String, AddedToken> tokens = new LinkedHashMap<>();

    /**
     * Starts with no tokens.
     *
     * @param file of the vocabulary, named in errors
     * @param vocabulary numbers of tokens, at least of those that will be added
     * @param vocabularySize how many tokens the whole vocabulary has
     */
    AddedTokens(Path file, Map<String, Integer> vocabulary, int vocabularySize) {
        this.file = file;
        this.vocabulary = vocabulary;
        this.next = vocabularySize;
    }

    /** Takes the tokens that {@code added_tokens} of a {@code tokenizer.json} has. */
    void read(JsonNode json) {
        for (JsonNode token : json) {
            AddedToken read = AddedToken.read(file, "added_tokens", token, false);
            put(read.withId(token.path("id").asInt()));
        }
    }

    /**
     * Adds tokens in order. One that is there keeps its number and gets the new token's ways.
     *
     * @param source the file that names them
     * @throws ModelLoadException if the source says another number than the library would give
     */
    void add(Path source, Collection<AddedToken> added) {
        for (AddedToken token : added) {
            int number = number(token.content());
            if (!tokens.containsKey(token.content()) && token.id().orElse(number) != number) {
                throw new ModelLoadException(source + ": added token '" + token.content() + "' has id "
                        + token.id().getAsInt() + "; expected " + number + ", the next one of " + file.getFileName());
            }
            put(token.withId(number));
        }
    }

    /** Adds tokens that are ordinary ones in texts and shown in answers; those that are there stay as they are. */
    void addPlain(List<String> contents) {
        for (String content : contents) {
            if (!tokens.containsKey(content)) {
                put(AddedToken.of(content, false, false).withId(number(content)));
            }
        }
    }

    private void put(AddedToken token) {
        tokens.put(token.content(), token);
        next = Math.max(next, token.id().orElseThrow() + 1);
    }

    private int number(String content) {
        AddedToken known = tokens.get(content);
        if (known != null) {
            return known.id().orElseThrow();
        }
        Integer inVocabulary = vocabulary.get(content);
        return inVocabulary == null ? next : inVocabulary;
    }

    /** The number of a token of either kind. */
    OptionalInt id(String content) {
        return tokens.containsKey(content) || vocabulary.containsKey(content)
                ? OptionalInt.of(number(content))
                : OptionalInt.empty();
    }

    /** The tokens as {@code tokenizer.json} has them, by number. */
    ArrayNode json() {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        tokens.values().stream()
                .sorted(Comparator.comparingInt(token -> token.id().orElseThrow()))
                .forEach(token -> token.write(json.addObject()));
        return json;
    }
}
