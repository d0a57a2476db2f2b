package dev.embedonce.server.http;

/** Kinds of errors: a status, and what OpenAI's and Anthropic's clients call it. */
public enum ErrorKind {
    /** The request is wrong. */
    INVALID(400, "invalid_request_error"),
    /** No key, or an unknown one. */
    UNAUTHENTICATED(401, "authentication_error"),
    /** Not allowed with this key, or from that origin. */
    FORBIDDEN(403, "permission_error"),
    /** There is no such route, model or entry. */
    NOT_FOUND(404, "not_found_error"),
    /** The path does not have that method. */
    METHOD(405, "invalid_request_error"),
    /** The request came too slowly. */
    SLOW_REQUEST(408, "timeout_error"),
    /** The request is too large. */
    TOO_LARGE(413, "request_too_large"),
    /** The body is not JSON. */
    MEDIA_TYPE(415, "invalid_request_error"),
    /** Too many requests at once. */
    BUSY(429, "rate_limit_error"),
    /** A mistake of ours. */
    INTERNAL(500, "api_error"),
    /** Not possible now: shutting down, out of memory, or out of time. */
    UNAVAILABLE(503, "overloaded_error");

    private final int status;
    private final String type;

    ErrorKind(int status, String type) {
        this.status = status;
        this.type = type;
    }

    public int status() {
        return status;
    }

    public String type() {
        return type;
    }
}
