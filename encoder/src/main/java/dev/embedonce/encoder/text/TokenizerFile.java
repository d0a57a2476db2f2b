package dev.embedonce.encoder.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * A {@code tokenizer.json}, passed over once: the vocabulary, which may have hundreds of thousands of tokens, is not kept; of the
 * parts that a family changes it is remembered where they stand in the text, so that others can be put in their places.
 */
final class TokenizerFile {
    static final String NAME = "tokenizer.json";
    /** What checkpoints have instead, or beside it. */
    private static final List<String> OTHER_FORMATS =
            List.of("vocab.json", "merges.txt", "spiece.model", "tokenizer.model", "vocab.txt");

    private static final String ADDED_TOKENS = "added_tokens";
    private static final String NORMALIZER = "normalizer";
    private static final Set<String> PARTS = Set.of(ADDED_TOKENS, NORMALIZER);

    /** Field names are not kept for other files either: a vocabulary has each only once. */
    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .build())
            .build();

    /** A value, and the characters of the text from {@code start} to {@code end} that it stands in. */
    private record Part(int start, int end, JsonNode value) {}

    private final Path file;
    private final byte[] bytes;
    private final String text;
    private final Map<String, Part> parts = new HashMap<>();
    private final Map<String, Long> ids = new HashMap<>();
    private int longestToken = 1;

    private TokenizerFile(Path file, byte[] bytes) throws CharacterCodingException {
        this.file = file;
        this.bytes = bytes;
        this.text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    /**
     * Reads the file of a model folder.
     *
     * @param wanted the tokens whose ids will be asked for
     * @throws ModelLoadException if it is missing or damaged
     */
    static TokenizerFile read(Path folder, Collection<String> wanted) {
        Path path = folder.resolve(NAME);
        try {
            TokenizerFile file = new TokenizerFile(path, Files.readAllBytes(path));
            file.scan(Set.copyOf(wanted));
            return file;
        } catch (NoSuchFileException e) {
            throw missing(folder);
        } catch (JsonProcessingException e) {
            throw new ModelLoadException(path + ": not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ModelLoadException(path + ": cannot be read: " + e, e);
        }
    }

    private static ModelLoadException missing(Path folder) {
        List<String> others = OTHER_FORMATS.stream()
                .filter(name -> Files.exists(folder.resolve(name)))
                .toList();
        return new ModelLoadException(folder + ": has no " + NAME + ", which its text side needs"
                + (others.isEmpty() ? "" : "; " + String.join(" and ", others) + " cannot be read instead"));
    }

    private void scan(Set<String> wanted) throws IOException {
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new ModelLoadException(file + ": expected a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken first = json.nextToken();
                if (PARTS.contains(name)) {
                    int start = (int) json.currentTokenLocation().getCharOffset();
                    JsonNode value = JSON.readTree(json);
                    parts.put(name, new Part(start, (int) json.currentLocation().getCharOffset(), value));
                } else if (name.equals("model") && first == JsonToken.START_OBJECT) {
                    scanModel(json, wanted);
                } else {
                    json.skipChildren();
                }
            }
        }
        for (String name : PARTS) {
            if (!parts.containsKey(name)) {
                throw new ModelLoadException(file + ": " + name + ": expected a value, found none");
            }
        }
        if (!part(ADDED_TOKENS).value().isArray()) {
            throw new ModelLoadException(file + ": " + ADDED_TOKENS + ": expected a list");
        }
        for (JsonNode token : part(ADDED_TOKENS).value()) {
            String content = token.path("content").asText();
            longestToken = Math.max(longestToken, content.length());
            ids.put(content, token.path("id").asLong());
        }
    }

    private void scanModel(JsonParser json, Set<String> wanted) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken first = json.nextToken();
            if (!name.equals("vocab")) {
                json.skipChildren();
            } else if (first == JsonToken.START_OBJECT) {
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    String token = json.currentName();
                    json.nextToken();
                    remember(token, json.getValueAsLong(), wanted);
                }
            } else if (first == JsonToken.START_ARRAY) {
                for (long id = 0; json.nextToken() == JsonToken.START_ARRAY; id++) {
                    json.nextToken();
                    remember(json.getText(), id, wanted);
                    json.nextToken();
                    json.nextToken();
                }
            }
        }
    }

    private void remember(String token, long id, Set<String> wanted) {
        longestToken = Math.max(longestToken, token.length());
        if (wanted.contains(token)) {
            ids.put(token, id);
        }
    }

    private Part part(String name) {
        Part part = parts.get(name);
        if (part == null) {
            throw new IllegalStateException(name);
        }
        return part;
    }

    Path file() {
        return file;
    }

    /** The file as it is. */
    ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /** The length of the longest token, in characters as the file has them: those of a text, or bytes of its UTF-8. */
    int longestToken() {
        return longestToken;
    }

    /** The id of an added token, or of a token that was wanted. */
    OptionalLong id(String token) {
        Long id = ids.get(token);
        return id == null ? OptionalLong.empty() : OptionalLong.of(id);
    }

    /**
     * The file as transformers uses it: with the special tokens of the settings among the added ones, and with what the family's
     * class does to texts.
     */
    String prepared(TextFamily family, TokenizerSettings settings) {
        Map<Integer, String> changes = new TreeMap<>(); // by place in the text
        Map<Integer, Integer> ends = new HashMap<>();
        put(ADDED_TOKENS, addedTokens(settings.specialTokens().values()), changes, ends);
        put(NORMALIZER, family.normalizer(part(NORMALIZER).value(), settings.lowerCase()), changes, ends);
        StringBuilder result = new StringBuilder(text.length() + 1024);
        int from = 0;
        for (Map.Entry<Integer, String> change : changes.entrySet()) {
            result.append(text, from, change.getKey()).append(change.getValue());
            from = ends.getOrDefault(change.getKey(), from);
        }
        return result.append(text, from, text.length()).toString();
    }

    private void put(String name, JsonNode value, Map<Integer, String> changes, Map<Integer, Integer> ends) {
        Part part = part(name);
        if (!value.equals(part.value())) {
            changes.put(part.start(), value.toString());
            ends.put(part.start(), part.end());
        }
    }

    /** A special token is found in texts before anything else; one that is an ordinary token of the vocabulary becomes so. */
    private JsonNode addedTokens(Collection<JsonNode> special) {
        ArrayNode all = part(ADDED_TOKENS).value().deepCopy();
        for (JsonNode token : special) {
            String content = TokenizerSettings.content(token);
            OptionalLong id = id(content);
            boolean known = false;
            for (JsonNode added : all) {
                known |= added.path("content").asText().equals(content);
            }
            if (!known && id.isPresent()) {
                ObjectNode added = all.addObject().put("id", id.getAsLong()).put("content", content);
                for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
                    added.put(flag, token.path(flag).asBoolean());
                }
                added.put("special", true);
            }
        }
        return all;
    }
}
