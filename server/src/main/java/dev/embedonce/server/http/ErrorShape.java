package dev.embedonce.server.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** How an API writes its errors. */
public enum ErrorShape {
    /** {@code {"error": {"message", "type", "param", "code"}}}. */
    OPENAI {
        @Override
        public ObjectNode body(ApiException error) {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            body.putObject("error")
                    .put("message", error.getMessage())
                    .put("type", error.kind().type())
                    .put("param", error.parameter())
                    .put("code", error.code());
            return body;
        }
    },
    /** {@code {"type": "error", "error": {"type", "message"}}}. */
    ANTHROPIC {
        @Override
        public ObjectNode body(ApiException error) {
            ObjectNode body = JsonNodeFactory.instance.objectNode().put("type", "error");
            body.putObject("error").put("type", error.kind().type()).put("message", error.getMessage());
            return body;
        }
    };

    /** The body of an error. */
    public abstract ObjectNode body(ApiException error);
}
