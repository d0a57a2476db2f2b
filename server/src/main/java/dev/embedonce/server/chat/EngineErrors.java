package dev.embedonce.server.chat;

import dev.embedonce.engine.EngineException;
import dev.embedonce.engine.schedule.Admission;
import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.http.ErrorKind;
import java.util.Map;

/** What a client is told when the engine fails. */
final class EngineErrors {
    private EngineErrors() {}

    /**
     * The error for a client.
     *
     * @param request whose part the error names
     * @throws ClientGoneException if there is no client to tell
     */
    static ApiException of(EngineException error, ChatRequest request) throws ClientGoneException {
        String message = String.valueOf(error.getMessage());
        return switch (error.kind()) {
            case BUSY -> busy(message, error.retryAfterSeconds().orElse(1));
            case NO_ROOM, PICTURES_FAILED -> unavailable(message);
            case TIMED_OUT -> unavailable("the request took longer than this server allows");
            case CLOSED, INTERRUPTED -> unavailable("the server is shutting down");
            case TOO_LONG -> ApiException.invalid("messages", "context_length_exceeded", message);
            case BAD_CONVERSATION -> ApiException.invalid("messages", message);
            case BAD_PICTURE ->
                ApiException.invalid(
                        request.images().get(error.picture().orElseThrow()).where(), "invalid_image", message);
            case NO_TOOLS ->
                ApiException.invalid(
                        request.tools().isEmpty() ? "messages" : "tools", "unsupported_parameter", message);
            case CANCELLED -> throw new ClientGoneException();
        };
    }

    /** The error for a request for which there is no place now. */
    static ApiException of(Admission.FullException error) {
        return busy(String.valueOf(error.getMessage()), error.retryAfterSeconds());
    }

    private static ApiException busy(String message, int retryAfterSeconds) {
        return new ApiException(
                ErrorKind.BUSY,
                message,
                null,
                "rate_limit_exceeded",
                Map.of("Retry-After", Integer.toString(retryAfterSeconds)));
    }

    private static ApiException unavailable(String message) {
        return new ApiException(ErrorKind.UNAVAILABLE, message);
    }
}
