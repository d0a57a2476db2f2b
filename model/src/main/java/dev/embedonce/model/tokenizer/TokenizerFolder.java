package dev.embedonce.model.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the files of a tokenizer, none larger than any that is published. */
final class TokenizerFolder {
    /** Of any file: far more than a vocabulary needs. */
    static final long MOST_BYTES = 64L << 20;

    /** Names of fields are not kept beyond a file: a vocabulary has each only once. */
    static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .build())
            .build();

    private TokenizerFolder() {}

    /**
     * The bytes of a file.
     *
     * @throws ModelLoadException if it is missing, too large or cannot be read
     */
    static byte[] bytes(Path file) {
        try {
            long size = Files.size(file);
            if (size > MOST_BYTES) {
                throw new ModelLoadException(file + ": expected at most " + MOST_BYTES + " bytes, found " + size);
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new ModelLoadException(file + ": no such file", e);
        } catch (IOException e) {
            throw new ModelLoadException(file + ": cannot be read: " + e, e);
        }
    }

    /**
     * The text of a file.
     *
     * @throws ModelLoadException as for bytes, and if it is not UTF-8
     */
    static String text(Path file) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(file)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ModelLoadException(file + ": not UTF-8: " + e.getMessage(), e);
        }
    }

    /** The beginning of a line, for messages. */
    static String shown(String line) {
        return "'" + (line.length() > 80 ? line.substring(0, 80) + "..." : line) + "'";
    }

    /**
     * The JSON object in a file; an empty one if there is no such file.
     *
     * @throws ModelLoadException if it is no JSON object
     */
    static JsonNode object(Path file) {
        if (!Files.isRegularFile(file)) {
            return JSON.createObjectNode();
        }
        try {
            JsonNode json = JSON.readTree(text(file));
            if (!json.isObject()) {
                throw new ModelLoadException(file + ": expected a JSON object, found " + json.getNodeType());
            }
            return json;
        } catch (JsonProcessingException e) {
            throw new ModelLoadException(file + ": not JSON: " + e.getOriginalMessage(), e);
        }
    }
}
