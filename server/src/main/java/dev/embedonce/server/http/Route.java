package dev.embedonce.server.http;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The endpoint of a method and a path.
 *
 * @param path its segments in braces match anything; the last one also matches what follows, slashes included
 * @param access who may use it
 * @param kind what answering takes
 * @param errors how its errors look
 */
public record Route(String method, String path, Access access, Kind kind, ErrorShape errors, Endpoint endpoint) {
    /** Who may use a route. */
    public enum Access {
        /** Everybody. */
        OPEN,
        /** With any key, if there are keys. */
        KEY,
        /** With an administrator's key, if there are keys. */
        ADMIN
    }

    /** What answering takes. */
    public enum Kind {
        /** Threads of its own, so that it answers whatever the others do: health and metrics. */
        VITAL,
        /** A thread. */
        PLAIN,
        /** The whole body, which is JSON, and then a thread. */
        BODY
    }

    /** Answers one request. */
    @FunctionalInterface
    public interface Endpoint {
        /**
         * Answers.
         *
         * @throws ApiException for the client, if nothing was sent yet
         * @throws IOException if the client has gone
         */
        void handle(Exchange exchange, Caller caller) throws IOException;
    }

    /** The segments in braces, if the path matches this route. */
    Optional<Map<String, String>> match(String actual) {
        String[] wanted = path.split("/", -1);
        String[] found = actual.split("/", path.endsWith("}") ? wanted.length : -1);
        if (wanted.length != found.length) {
            return Optional.empty();
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].startsWith("{")) {
                parameters.put(wanted[i].substring(1, wanted[i].length() - 1), found[i]);
            } else if (!wanted[i].equals(found[i])) {
                return Optional.empty();
            }
        }
        return Optional.of(parameters);
    }
}
