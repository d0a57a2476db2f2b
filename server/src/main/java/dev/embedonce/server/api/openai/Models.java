package dev.embedonce.server.api.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.server.chat.Chats;
import dev.embedonce.server.http.Caller;
import dev.embedonce.server.http.Exchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code GET /v1/models} and {@code /v1/models/{model}}. Thread-safe. */
public final class Models {
    private final List<Model> models;
    private final long created = System.currentTimeMillis() / 1000;

    /**
     * A model as clients see it.
     *
     * @param kind {@code chat} or {@code embeddings}
     * @param fingerprint the version of its vision side
     */
    public record Model(String name, String kind, String fingerprint) {}

    public Models(List<Model> models) {
        this.models = List.copyOf(models);
    }

    /** Answers with all of them. */
    public void list(Exchange exchange, Caller caller) throws IOException {
        ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = list.putArray("data");
        models.forEach(model -> data.add(json(model)));
        exchange.json(200, list);
    }

    /** Answers with one. */
    public void one(Exchange exchange, Caller caller) throws IOException {
        String name = name(exchange.pathParameter("model"));
        Model found = models.stream()
                .filter(model -> model.name.equals(name))
                .findFirst()
                .orElseThrow(Chats::unknownModel);
        exchange.json(200, json(found));
    }

    private static String name(String path) {
        try {
            return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Chats.unknownModel();
        }
    }

    private ObjectNode json(Model model) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("id", model.name)
                .put("object", "model")
                .put("created", created)
                .put("owned_by", "embedonce");
        node.putObject("embedonce").put("kind", model.kind).put("vision", model.fingerprint);
        return node;
    }
}
