package dev.embedonce.vlm.tokenizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A {@code tokenizer.json}, passed over once to find its added tokens and where they stand, so that others can be put in their place.
 * The vocabulary is not kept.
 */
final class TokenizerFile {
    private static final String ADDED_TOKENS = "added_tokens";

    private final Path file;
    private final String text;
    private final Set<String> wanted;
    private final Map<String, Integer> ids = new HashMap<>();
    private int vocabularySize;
    private JsonNode addedTokens = JsonNodeFactory.instance.arrayNode();
    /** Characters of the text that hold the added tokens; none where the file has no such field. */
    private int start;

    private int end;

    private TokenizerFile(Path file, String text, Set<String> wanted) {
        this.file = file;
        this.text = text;
        this.wanted = wanted;
    }

    /**
     * The text of the file, with tokens that other files and the family's code add.
     *
     * @param source the file that names {@code added}
     * @param plain tokens that the family adds in code
     * @throws ModelLoadException if the file is damaged, or a token cannot have the number it should have
     */
    static String withTokens(Path file, Path source, Collection<AddedToken> added, List<String> plain) {
        String text = TokenizerFolder.text(file);
        if (added.isEmpty() && plain.isEmpty()) {
            return text;
        }
        Set<String> wanted = new HashSet<>(plain);
        added.forEach(token -> wanted.add(token.content()));
        TokenizerFile read = new TokenizerFile(file, text, wanted);
        read.read();
        AddedTokens tokens = new AddedTokens(file, read.ids, read.vocabularySize);
        tokens.read(read.addedTokens);
        tokens.add(source, added);
        tokens.addPlain(plain);
        return read.with(tokens);
    }

    private String with(AddedTokens tokens) {
        try {
            String json = TokenizerFolder.JSON.writeValueAsString(tokens.json());
            return end > 0
                    ? text.substring(0, start) + json + text.substring(end)
                    : "{\"" + ADDED_TOKENS + "\":" + json + "," + text.substring(text.indexOf('{') + 1);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (JsonParser parser = TokenizerFolder.JSON.getFactory().createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new ModelLoadException(file + ": expected a JSON object, found " + parser.currentToken());
            }
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                if (name.equals(ADDED_TOKENS)) {
                    start = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
                    addedTokens = parser.readValueAsTree();
                    end = Math.toIntExact(parser.currentLocation().getCharOffset());
                    if (hasAll()) {
                        return;
                    }
                } else if (name.equals("model") && parser.currentToken() == JsonToken.START_OBJECT) {
                    readModel(parser);
                } else {
                    parser.skipChildren();
                }
            }
        } catch (JsonProcessingException e) {
            throw new ModelLoadException(file + ": not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ModelLoadException(file + ": cannot be read: " + e, e);
        }
    }

    /** Whether the vocabulary, which may be long, need not be asked. */
    private boolean hasAll() {
        Set<String> known = new HashSet<>();
        addedTokens.forEach(token -> known.add(token.path("content").asText()));
        return known.containsAll(wanted);
    }

    private void readModel(JsonParser parser) throws IOException {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (name.equals("vocab") && value == JsonToken.START_OBJECT) {
                readIds(parser);
            } else if (name.equals("vocab") && value == JsonToken.START_ARRAY) {
                readPieces(parser);
            } else {
                parser.skipChildren();
            }
        }
    }

    /** The vocabulary of most kinds: tokens and their numbers. */
    private void readIds(JsonParser parser) throws IOException {
        for (String token = parser.nextFieldName(); token != null; token = parser.nextFieldName()) {
            int id = parser.nextIntValue(-1);
            count(token, id);
        }
    }

    /** The vocabulary of the Unigram kind: tokens and scores, in the order of their numbers. */
    private void readPieces(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.START_ARRAY) {
            count(parser.nextTextValue(), vocabularySize);
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                parser.skipChildren();
            }
        }
    }

    private void count(String token, int id) {
        vocabularySize++;
        if (wanted.contains(token)) {
            ids.put(token, id);
        }
    }
}
