package dev.embedonce.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/** One request and its response. Used by one thread at a time. */
public final class Exchange {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JSON_TYPE = "application/json";

    private final Request request;
    private final Response response;
    private final Map<String, String> pathParameters;
    private final ClientWatch watch;
    private final long arrivedNanos = System.nanoTime();
    private byte @Nullable [] body;
    private byte @Nullable [] answer;

    Exchange(Request request, Response response, Map<String, String> pathParameters) {
        this.request = request;
        this.response = response;
        this.pathParameters = Map.copyOf(pathParameters);
        this.watch =
                new ClientWatch(request.getConnectionMetaData().getConnection().getEndPoint());
    }

    public String method() {
        return request.getMethod();
    }

    /** When the request arrived, by {@link System#nanoTime}. */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeaders().get(name));
    }

    /** The part of the path that the route gives this name. */
    public String pathParameter(String name) {
        String value = pathParameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no " + name);
        }
        return value;
    }

    /**
     * The whole body. It has been read already, so this does not wait.
     *
     * @throws IllegalStateException if the route takes no body
     */
    public byte[] body() {
        if (body == null) {
            throw new IllegalStateException("this route reads no body");
        }
        return body;
    }

    void setBody(byte[] value) {
        body = value;
    }

    /**
     * Checks the declared type of the body.
     *
     * @throws ApiException if that is not JSON
     */
    void requireJson() {
        String type = header("Content-Type").orElse("");
        if (!type.split(";", 2)[0].strip().equalsIgnoreCase(JSON_TYPE)) {
            throw new ApiException(ErrorKind.MEDIA_TYPE, "the body must be JSON, with Content-Type: application/json");
        }
    }

    /** Adds a header to the response. */
    public void addHeader(String name, String value) {
        response.getHeaders().put(name, value);
    }

    /** Whether a response, or a part of one, is there already. */
    public boolean isAnswered() {
        return answer != null || response.isCommitted();
    }

    /** The response that is still to be sent as a whole; null if there is none, or it is a stream. */
    byte @Nullable [] answer() {
        return answer;
    }

    /** Whether the client has closed its connection. */
    public boolean isClientGone() {
        return watch.isGone();
    }

    /** Discards the response that is still to be sent. */
    void dropAnswer() {
        answer = null;
    }

    /** Answers with JSON. */
    public void json(int status, JsonNode body) throws IOException {
        send(status, JSON_TYPE, JSON.writeValueAsBytes(body));
    }

    /** Answers with an error in an API's shape. */
    public void error(ApiException error, ErrorShape shape) throws IOException {
        error.headers().forEach(this::addHeader);
        json(error.kind().status(), shape.body(error));
    }

    /** Answers with text. */
    public void text(int status, String type, String body) throws IOException {
        send(status, type, body.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Answers with bytes. They are sent when the endpoint has returned, and nobody waits for the client to read them.
     */
    public void send(int status, String type, byte[] bytes) throws IOException {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
        answer = method().equals("HEAD") ? new byte[0] : bytes;
    }

    /** Answers with a stream of events. Close it. */
    public EventStream events() {
        response.setStatus(200);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream; charset=utf-8");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.getHeaders().put("X-Accel-Buffering", "no");
        return new EventStream(Content.Sink.asOutputStream(response));
    }

    void close() {
        watch.close();
    }
}
