package dev.embedonce.server.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A response of server-sent events, each sent at once. A write blocks while the client does not read. Not thread-safe.
 */
public final class EventStream implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final OutputStream out;

    EventStream(OutputStream out) {
        this.out = out;
    }

    /** An event without a name. */
    public void data(JsonNode data) throws IOException {
        send("data: " + text(data) + "\n\n");
    }

    /** An event whose data is one line that is not JSON. */
    public void data(String line) throws IOException {
        send("data: " + line + "\n\n");
    }

    /** An event with a name. */
    public void event(String name, JsonNode data) throws IOException {
        send("event: " + name + "\ndata: " + text(data) + "\n\n");
    }

    private static String text(JsonNode data) throws JsonProcessingException {
        return JSON.writeValueAsString(data);
    }

    private void send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
