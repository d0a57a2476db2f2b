package dev.embedonce.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/** One request and its response. Used by one thread. */
public final class Exchange {
    /** How much of a body that is too large is read and thrown away at most. */
    private static final long DISCARD_BYTES = 64L << 20;

    private static final long DISCARD_NANOS = 2_000_000_000L;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JSON_TYPE = "application/json";

    private final Request request;
    private final Response response;
    private final Map<String, String> pathParameters;
    private final ClientWatch watch;
    private final long arrivedNanos = System.nanoTime();

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

    /** When it came, by {@link System#nanoTime}. */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeaders().get(name));
    }

    /** A part of the path that the route names. */
    public String pathParameter(String name) {
        String value = pathParameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no " + name);
        }
        return value;
    }

    /** How long the body will be; {@code otherwise} if that is not said, or too much to be true. */
    public long announcedBytes(long otherwise) {
        long announced = request.getLength();
        return announced < 0 ? otherwise : Math.min(announced, otherwise);
    }

    /**
     * The whole body of a JSON request.
     *
     * @throws ApiException if it is not declared as JSON, larger than {@code most} bytes, or not there {@code within} a time
     */
    public byte[] jsonBody(long most, Duration within) throws IOException {
        String type = header("Content-Type").orElse("");
        if (!type.split(";", 2)[0].strip().equalsIgnoreCase(JSON_TYPE)) {
            throw new ApiException(ErrorKind.MEDIA_TYPE, "the body must be JSON, with Content-Type: application/json");
        }
        long announced = request.getLength();
        long deadline = System.nanoTime() + within.toNanos();
        if (announced > most) {
            discard(deadline);
            throw tooLarge(most);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream((int) Math.max(1024, Math.min(announced, most)));
        byte[] buffer = new byte[64 * 1024];
        try (InputStream in = Request.asInputStream(request)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                body.write(buffer, 0, n);
                if (body.size() > most) {
                    discard(deadline);
                    throw tooLarge(most);
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new ApiException(
                            ErrorKind.SLOW_REQUEST, "the body took longer than " + within.toSeconds() + " s");
                }
            }
        }
        return body.toByteArray();
    }

    /**
     * Reads on for a while and throws away: a connection closed with bytes unread is reset, and the client might never see why it was
     * refused.
     */
    private void discard(long deadline) throws IOException {
        long until = Math.min(deadline, System.nanoTime() + DISCARD_NANOS);
        InputStream in = Request.asInputStream(request);
        byte[] buffer = new byte[64 * 1024];
        long left = DISCARD_BYTES;
        int n = 0;
        while (n >= 0 && left > 0 && System.nanoTime() - until < 0) {
            n = in.read(buffer);
            left -= n;
        }
    }

    private static ApiException tooLarge(long most) {
        return new ApiException(
                ErrorKind.TOO_LARGE,
                "the body is larger than the " + most + " bytes this server takes",
                null,
                "request_too_large",
                Map.of());
    }

    /** Adds a header to the response. */
    public void addHeader(String name, String value) {
        response.getHeaders().put(name, value);
    }

    /** Whether anything of the response has been sent. */
    public boolean isAnswered() {
        return response.isCommitted();
    }

    /** Whether the client has closed its connection. */
    public boolean isClientGone() {
        return watch.isGone();
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

    /** Answers with bytes. */
    public void send(int status, String type, byte[] body) throws IOException {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        try (OutputStream out = Content.Sink.asOutputStream(response)) {
            if (!method().equals("HEAD")) {
                out.write(body);
            }
        }
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
