package dev.embedonce.vlm.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;

/** Passes over a {@code tokenizer.json} for the length of its longest token. */
final class TokenLengths {
    /** Field names are not kept: a vocabulary has each only once. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private final JsonParser json;
    private int longest = 1;

    private TokenLengths(JsonParser json) {
        this.json = json;
    }

    /** The most characters of a token, at least 1: those of {@code model.vocab}, a map or a list of pairs, and of {@code added_tokens}. */
    static int longest(Path file) throws IOException {
        try (JsonParser json = JSON.createParser(file.toFile())) {
            TokenLengths lengths = new TokenLengths(json);
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "added_tokens" -> lengths.added();
                    case "model" -> lengths.model();
                    default -> json.skipChildren();
                }
            }
            return lengths.longest;
        }
    }

    private void see(String token) {
        longest = Math.max(longest, token.length());
    }

    private void added() throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            return;
        }
        while (json.nextToken() == JsonToken.START_OBJECT) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals("content")) {
                    see(json.getText());
                }
                json.skipChildren();
            }
        }
    }

    private void model() throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            return;
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            if (name.equals("vocab")) {
                vocabulary();
            } else {
                json.skipChildren();
            }
        }
    }

    private void vocabulary() throws IOException {
        if (json.currentToken() == JsonToken.START_OBJECT) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                see(json.currentName());
                json.nextToken();
                json.skipChildren();
            }
        } else if (json.currentToken() == JsonToken.START_ARRAY) {
            while (json.nextToken() == JsonToken.START_ARRAY) {
                json.nextToken();
                see(json.getText());
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    json.skipChildren();
                }
            }
        }
    }
}
