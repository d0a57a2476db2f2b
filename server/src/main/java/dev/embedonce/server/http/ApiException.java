package dev.embedonce.server.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told instead of an answer. The message is for the client: it names what is wrong with the request,
 * and reveals nothing of the server.
 */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ErrorKind kind;
    private final @Nullable String parameter;
    private final @Nullable String code;
    private final transient Map<String, String> headers;

    /**
     * An error.
     *
     * @param parameter which part of the request, such as {@code messages[0].content}, or null
     * @param code a short name that programs can test for, or null
     * @param headers more headers of the response
     */
    public ApiException(
            ErrorKind kind,
            String message,
            @Nullable String parameter,
            @Nullable String code,
            Map<String, String> headers) {
        super(message);
        this.kind = kind;
        this.parameter = parameter;
        this.code = code;
        this.headers = Map.copyOf(headers);
    }

    public ApiException(ErrorKind kind, String message) {
        this(kind, message, null, null, Map.of());
    }

    /** A part of the request is wrong. */
    public static ApiException invalid(String parameter, String problem) {
        return new ApiException(ErrorKind.INVALID, parameter + ": " + problem, parameter, null, Map.of());
    }

    /** As {@link #invalid(String, String)}, with a name that programs can test for. */
    public static ApiException invalid(String parameter, String code, String problem) {
        return new ApiException(ErrorKind.INVALID, parameter + ": " + problem, parameter, code, Map.of());
    }

    public ErrorKind kind() {
        return kind;
    }

    public @Nullable String parameter() {
        return parameter;
    }

    public @Nullable String code() {
        return code;
    }

    public Map<String, String> headers() {
        return headers;
    }
}
