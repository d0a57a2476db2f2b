package dev.embedonce.server.api.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.http.ErrorKind;
import java.io.IOException;

/** Reads the JSON of a request: no duplicate names, nothing after it, bounded depth and number of tokens. */
public final class JsonRequest {
    private static final int DEEPEST = 64;
    private static final long MOST_TOKENS = 1_000_000;
    private static final int LONGEST_NUMBER = 64;
    private static final int LONGEST_NAME = 1024;

    private static final ObjectMapper JSON =
            new ObjectMapper(factory()).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonRequest() {}

    private static JsonFactory factory() {
        return new JsonFactoryBuilder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEEPEST)
                        .maxTokenCount(MOST_TOKENS)
                        .maxNumberLength(LONGEST_NUMBER)
                        .maxNameLength(LONGEST_NAME)
                        .maxStringLength(Integer.MAX_VALUE)
                        .build())
                .build();
    }

    /**
     * The JSON object of a body.
     *
     * @throws ApiException if it is none
     */
    public static JsonFields parse(byte[] body) {
        return read(() -> JSON.readTree(body));
    }

    /** As {@link #parse(byte[])}, of text inside another body. */
    public static JsonFields parse(String text) {
        return read(() -> JSON.readTree(text));
    }

    /** Reads JSON. */
    private interface Source {
        JsonNode read() throws IOException;
    }

    private static JsonFields read(Source source) {
        try {
            JsonNode node = source.read();
            if (node instanceof ObjectNode object) {
                return new JsonFields(object, "");
            }
            throw new ApiException(ErrorKind.INVALID, "the body must be a JSON object");
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new ApiException(ErrorKind.INVALID, "the body is not valid JSON" + where);
        } catch (IOException e) {
            throw new ApiException(ErrorKind.INVALID, "the body is not valid JSON: its encoding is not UTF-8");
        }
    }
}
