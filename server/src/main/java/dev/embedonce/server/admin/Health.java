package dev.embedonce.server.admin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.embedonce.server.http.Caller;
import dev.embedonce.server.http.Exchange;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * {@code GET /health}: whether all of the server works; {@code GET /ready}: whether it accepts requests. Thread-safe.
 */
public final class Health {
    private final BooleanSupplier alive;
    private final BooleanSupplier stopping;

    /**
     * Health of a server.
     *
     * @param alive whether the threads that answer requests are alive
     * @param stopping whether it accepts no more of them
     */
    public Health(BooleanSupplier alive, BooleanSupplier stopping) {
        this.alive = alive;
        this.stopping = stopping;
    }

    /** Answers 200, or 503 if the server has to be restarted. */
    public void health(Exchange exchange, Caller caller) throws IOException {
        answer(exchange, alive.getAsBoolean() || stopping.getAsBoolean(), "ok");
    }

    /** Answers 200 if it accepts requests, else 503. */
    public void ready(Exchange exchange, Caller caller) throws IOException {
        answer(exchange, alive.getAsBoolean() && !stopping.getAsBoolean(), "ready");
    }

    private void answer(Exchange exchange, boolean well, String status) throws IOException {
        String ill = stopping.getAsBoolean() ? "stopping" : "failing";
        exchange.json(well ? 200 : 503, JsonNodeFactory.instance.objectNode().put("status", well ? status : ill));
    }
}
