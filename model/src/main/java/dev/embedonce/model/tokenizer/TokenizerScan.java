package dev.embedonce.model.tokenizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.nio.file.Path;

/** One pass over a {@code tokenizer.json}. Not thread-safe; single use. */
abstract class TokenizerScan {
    private final JsonParser parser;
    private final Path file;

    TokenizerScan(JsonParser parser, Path file) {
        this.parser = parser;
        this.file = file;
    }

    /** The most characters of a token, at least 1: of those of the vocabulary and the added ones. */
    static int longestToken(Path file) throws IOException {
        int[] longest = {1};
        try (JsonParser parser = TokenizerFolder.JSON.getFactory().createParser(file.toFile())) {
            new TokenizerScan(parser, file) {
                @Override
                boolean part(String name) throws IOException {
                    if (!name.equals("added_tokens")) {
                        return false;
                    }
                    JsonNode added = parser.readValueAsTree();
                    added.forEach(token -> token(token.path("content").asText(), -1));
                    return true;
                }

                @Override
                void token(String token, int id) {
                    longest[0] = Math.max(longest[0], token.length());
                }
            }.run();
        }
        return longest[0];
    }

    /**
     * A field beside the model, of which the parser is at the value.
     *
     * @return whether the value has been read
     */
    abstract boolean part(String name) throws IOException;

    /** Whether what follows need not be read; asked after a part that has been. */
    boolean isDone() {
        return false;
    }

    /** A token of the vocabulary. */
    abstract void token(String token, int id);

    /**
     * Passes over the file.
     *
     * @throws ModelLoadException if it holds no object
     */
    final void run() throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new ModelLoadException(file + ": expected a JSON object, found " + parser.currentToken());
        }
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            if (name.equals("model") && parser.currentToken() == JsonToken.START_OBJECT) {
                model();
            } else if (!part(name)) {
                parser.skipChildren();
            } else if (isDone()) {
                return;
            }
        }
    }

    private void model() throws IOException {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (name.equals("vocab") && value == JsonToken.START_OBJECT) {
                numbered();
            } else if (name.equals("vocab") && value == JsonToken.START_ARRAY) {
                listed();
            } else {
                parser.skipChildren();
            }
        }
    }

    /** The vocabulary of most kinds: tokens and their numbers. */
    private void numbered() throws IOException {
        for (String token = parser.nextFieldName(); token != null; token = parser.nextFieldName()) {
            token(token, parser.nextIntValue(-1));
            parser.skipChildren();
        }
    }

    /** The vocabulary of the Unigram kind: tokens and scores, in the order of their numbers. */
    private void listed() throws IOException {
        for (int id = 0; parser.nextToken() == JsonToken.START_ARRAY; id++) {
            String token = parser.nextTextValue();
            if (token == null) {
                throw new ModelLoadException(file + ": model.vocab: expected a token first in each list");
            }
            token(token, id);
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                parser.skipChildren();
            }
        }
    }
}
