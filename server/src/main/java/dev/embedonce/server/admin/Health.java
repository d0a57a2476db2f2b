package dev.embedonce.server.admin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.embedonce.server.http.Exchange;
import dev.embedonce.server.security.Caller;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/** {@code GET /health}: the process lives; {@code GET /ready}: it takes requests. Thread-safe. */
public final class Health {
    private final BooleanSupplier ready;

    public Health(BooleanSupplier ready) {
        this.ready = ready;
    }

    /** Answers that the process lives. */
    public void health(Exchange exchange, Caller caller) throws IOException {
        exchange.json(200, JsonNodeFactory.instance.objectNode().put("status", "ok"));
    }

    /** Answers whether it takes requests: 200 or 503. */
    public void ready(Exchange exchange, Caller caller) throws IOException {
        boolean now = ready.getAsBoolean();
        exchange.json(now ? 200 : 503, JsonNodeFactory.instance.objectNode().put("status", now ? "ready" : "stopping"));
    }
}
