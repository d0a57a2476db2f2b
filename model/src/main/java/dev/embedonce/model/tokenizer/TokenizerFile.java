package dev.embedonce.model.tokenizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A {@code tokenizer.json}, passed over once. The vocabulary, which may have hundreds of thousands of tokens, is not
 * kept; of the parts that may be changed it is remembered where they stand in the text, so that others can be put in
 * their places. Immutable.
 */
public final class TokenizerFile {
    private static final String ADDED_TOKENS = "added_tokens";
    private static final String NORMALIZER = "normalizer";
    private static final Set<String> PARTS = Set.of(ADDED_TOKENS, NORMALIZER);

    /** A value, and the characters of the text that it stands in; none where the file has no such field. */
    private record Part(int start, int end, JsonNode value) {
        private static final Part NONE = new Part(0, 0, NullNode.instance);
    }

    private final Path file;
    private final String text;
    private final Map<String, Part> parts = new HashMap<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private int vocabularySize;

    private TokenizerFile(Path file, String text) {
        this.file = file;
        this.text = text;
    }

    /**
     * Reads a file.
     *
     * @param file names it in errors
     * @param text its content
     * @param wanted the tokens whose ids will be asked for
     * @throws ModelLoadException if it is damaged
     */
    static TokenizerFile read(Path file, String text, Set<String> wanted) {
        TokenizerFile read = new TokenizerFile(file, text);
        try (JsonParser parser = TokenizerFolder.JSON.getFactory().createParser(text)) {
            read.pass(parser, wanted);
        } catch (JsonProcessingException e) {
            throw new ModelLoadException(file + ": not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ModelLoadException(file + ": cannot be read: " + e, e);
        }
        return read;
    }

    private void pass(JsonParser parser, Set<String> wanted) throws IOException {
        new TokenizerScan(parser, file) {
            @Override
            boolean part(String name) throws IOException {
                if (!PARTS.contains(name)) {
                    return false;
                }
                int start = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
                JsonNode value = parser.readValueAsTree();
                parts.put(
                        name,
                        new Part(start, Math.toIntExact(parser.currentLocation().getCharOffset()), value));
                return true;
            }

            /** The vocabulary, which may be long, need not be asked for tokens that are added ones. */
            @Override
            boolean isDone() {
                return parts.keySet().containsAll(PARTS) && addedContents().containsAll(wanted);
            }

            @Override
            void token(String token, int id) {
                vocabularySize++;
                if (wanted.contains(token)) {
                    ids.put(token, id);
                }
            }
        }.run();
    }

    private Set<String> addedContents() {
        Set<String> contents = new HashSet<>();
        part(ADDED_TOKENS)
                .value()
                .forEach(token -> contents.add(token.path("content").asText()));
        return contents;
    }

    private Part part(String name) {
        return parts.getOrDefault(name, Part.NONE);
    }

    /** The added tokens of the file, and the numbers of those of the vocabulary that were wanted. */
    private AddedTokens added() {
        AddedTokens tokens = new AddedTokens(file, ids, vocabularySize);
        tokens.read(part(ADDED_TOKENS).value());
        return tokens;
    }

    /** Names the file in errors. */
    public Path file() {
        return file;
    }

    public String text() {
        return text;
    }

    /** What is done to a text before it is cut, or null in JSON's sense. */
    public JsonNode normalizer() {
        return part(NORMALIZER).value();
    }

    /** The id of an added token, or of a token that was wanted. */
    public OptionalInt id(String token) {
        return added().id(token);
    }

    /**
     * The text with tokens that other files and code add.
     *
     * @param source the file that names {@code more}
     * @param plain tokens that are added in code
     * @throws ModelLoadException if a token cannot have the number it should have
     */
    String with(Path source, Collection<AddedToken> more, List<String> plain) {
        AddedTokens tokens = added();
        tokens.add(source, more);
        tokens.addPlain(plain);
        return with(Map.of(ADDED_TOKENS, tokens.json()));
    }

    /**
     * The text with ordinary tokens of the vocabulary found in texts before anything else, and with another normalizer.
     *
     * @param special tokens that were wanted; those that are added ones already stay as they are, as do those that
     *     there are none of
     */
    public String with(Collection<AddedToken> special, JsonNode normalizer) {
        Set<String> added = addedContents();
        AddedTokens tokens = added();
        List<AddedToken> more = special.stream()
                .filter(token -> ids.containsKey(token.content()) && !added.contains(token.content()))
                .toList();
        tokens.add(file, more);
        return more.isEmpty()
                ? with(Map.of(NORMALIZER, normalizer))
                : with(Map.of(NORMALIZER, normalizer, ADDED_TOKENS, tokens.json()));
    }

    private String with(Map<String, JsonNode> changes) {
        List<Map.Entry<String, JsonNode>> fromTheEnd = changes.entrySet().stream()
                .filter(change ->
                        !change.getValue().equals(part(change.getKey()).value()))
                .sorted((a, b) -> part(b.getKey()).start() - part(a.getKey()).start())
                .toList();
        StringBuilder result = new StringBuilder(text);
        try {
            for (Map.Entry<String, JsonNode> change : fromTheEnd) {
                Part part = part(change.getKey());
                String json = TokenizerFolder.JSON.writeValueAsString(change.getValue());
                if (part.end() > 0) {
                    result.replace(part.start(), part.end(), json);
                } else {
                    result.insert(text.indexOf('{') + 1, "\"" + change.getKey() + "\":" + json + ",");
                }
            }
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
        return result.toString();
    }
}
