package dev.embedonce.server.api.embeddings;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.server.api.json.JsonFields;
import dev.embedonce.server.api.json.JsonRequest;
import dev.embedonce.server.chat.ImageReference;
import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.security.Limits;
import java.util.ArrayList;
import java.util.List;

/**
 * A request to {@code /v1/embeddings}. An input is a picture if it is a data URI, an object {@code {"image": ...}}, or
 * the request says {@code "modality": "image"}; otherwise a text.
 *
 * @param base64 whether vectors are wanted as Base64 of little-endian floats
 */
public record EmbeddingsRequest(String model, List<Input> inputs, boolean base64) {
    public EmbeddingsRequest {
        inputs = List.copyOf(inputs);
    }

    /** Something to embed. */
    public sealed interface Input {
        /** Where it is in the request. */
        String where();
    }

    /** A text. */
    public record Text(String text, String where) implements Input {}

    /** A picture. */
    public record Image(ImageReference reference, String where) implements Input {}

    /**
     * Reads a request.
     *
     * @throws ApiException if it cannot be answered as it asks
     */
    public static EmbeddingsRequest parse(byte[] body, Limits limits) {
        JsonFields fields = JsonRequest.parse(body);
        String model = fields.requiredString("model");
        boolean images = fields.word("modality", "text", "image").orElse("text").equals("image");
        JsonNode input = fields.raw("input").orElseThrow(() -> fields.missing("input"));
        List<Input> inputs = new ArrayList<>();
        if (input.isArray()) {
            for (JsonNode item : fields.requiredArray("input", limits.inputs())) {
                inputs.add(input(item, "input[" + inputs.size() + "]", images));
            }
        } else {
            inputs.add(input(input, "input", images));
        }
        long pictures = inputs.stream().filter(Image.class::isInstance).count();
        if (pictures > limits.images()) {
            throw ApiException.invalid(
                    "input", "too_many_images", "at most " + limits.images() + " images a request here");
        }
        boolean base64 = fields.word("encoding_format", "float", "base64")
                .orElse("float")
                .equals("base64");
        fields.refuse("dimensions", "the vectors of this server's models have one length only");
        fields.ignore("user");
        fields.requireNoOthers();
        return new EmbeddingsRequest(model, inputs, base64);
    }

    private static Input input(JsonNode item, String where, boolean image) {
        if (item.isTextual()) {
            String text = item.textValue();
            return image || text.regionMatches(true, 0, "data:image/", 0, 11)
                    ? new Image(ImageReference.parse(text, where), where)
                    : new Text(text, where);
        }
        if (item.isIntegralNumber() || item.isArray()) {
            throw ApiException.invalid(where, "token ids are not taken; send text");
        }
        JsonFields fields = JsonFields.of(item, where);
        Input input;
        if (fields.raw("image").isPresent()) {
            String path = fields.path("image");
            String text = fields.requiredString("image");
            boolean linked = text.regionMatches(true, 0, "data:", 0, 5) || text.contains("://");
            input = new Image(linked ? ImageReference.parse(text, path) : ImageReference.base64(text, path), path);
        } else {
            input = new Text(
                    fields.string("text")
                            .orElseThrow(
                                    () -> ApiException.invalid(where, "expected {\"image\": ...} or {\"text\": ...}")),
                    fields.path("text"));
        }
        fields.requireNoOthers();
        return input;
    }
}
