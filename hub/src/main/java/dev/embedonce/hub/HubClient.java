package dev.embedonce.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Speaks to the hub. Redirects are followed by hand: the token goes to the hub's own address and to nobody else. A
 * refusal that asking again will not change is a {@link ModelLoadException}; what may go away is an {@link
 * IOException}.
 */
final class HubClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final int MOST_REDIRECTS = 5;

    private final HubSettings settings;
    private final Duration stall;
    private final HttpClient http;

    /**
     * A revision's commit and the names of its files.
     *
     * @param commit 40 hexadecimal digits
     */
    record Listing(String commit, Set<String> files) {}

    /**
     * What the hub says of one file before it is downloaded.
     *
     * @param etag names the content: its SHA-256 for large files, git's blob id for small ones
     * @param size bytes
     */
    record Meta(String etag, long size) {}

    HubClient(HubSettings settings, Duration stall) {
        this.settings = settings;
        this.stall = stall;
        this.http = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    Duration stall() {
        return stall;
    }

    /** Asks for the commit that a revision points to, and for the names of its files. */
    Listing list(HubId id) throws IOException {
        URI uri = uri("/api/models/" + id.repository() + "/revision/" + encoded(id.revision()));
        HttpResponse<String> answer =
                send(HttpRequest.newBuilder(uri), BodyHandlers.ofString(StandardCharsets.UTF_8), false);
        requireSuccess(answer, "model '" + id + "'");
        try {
            JsonNode json = JSON.readTree(answer.body());
            Set<String> files = new TreeSet<>();
            json.path("siblings")
                    .forEach(file -> files.add(file.path("rfilename").asText()));
            if (!json.path("sha").isTextual() || files.isEmpty()) {
                throw new ModelLoadException(settings.endpoint()
                        + " does not speak the hub's language: no commit or files for '" + id + "'");
            }
            return new Listing(json.path("sha").asText(), Collections.unmodifiableSet(files));
        } catch (JsonProcessingException e) {
            throw new ModelLoadException(
                    settings.endpoint() + " does not speak the hub's language: " + e.getOriginalMessage(), e);
        }
    }

    URI fileUri(HubId id, String commit, String name) {
        String path = Arrays.stream(name.split("/")).map(HubClient::encoded).collect(Collectors.joining("/"));
        return uri("/" + id.repository() + "/resolve/" + commit + "/" + path);
    }

    /** Asks for a file's checksum and size. */
    Meta meta(URI file, String what) throws IOException {
        HttpRequest.Builder head = HttpRequest.newBuilder(file)
                .header("Accept-Encoding", "identity")
                .method("HEAD", HttpRequest.BodyPublishers.noBody());
        HttpResponse<Void> answer = send(head, BodyHandlers.discarding(), true);
        if (!isRedirect(answer)) {
            requireSuccess(answer, what);
        }
        String etag = answer.headers()
                .firstValue("X-Linked-Etag")
                .or(() -> answer.headers().firstValue("ETag"))
                .map(text -> text.replaceFirst("^W/", "").replace("\"", ""))
                .orElseThrow(() -> new ModelLoadException(what + ": the hub gives no checksum for it"));
        String size = answer.headers()
                .firstValue("X-Linked-Size")
                .or(() -> answer.headers().firstValue("Content-Length"))
                .orElseThrow(() -> new ModelLoadException(what + ": the hub gives no size for it"));
        try {
            return new Meta(etag, Long.parseLong(size));
        } catch (NumberFormatException e) {
            throw new ModelLoadException(what + ": the hub gives the size '" + size + "'", e);
        }
    }

    /** Opens a file's content from a byte on. The status is 200 for all of it, 206 for the rest, or 416. */
    HttpResponse<InputStream> open(URI file, String what, long from) throws IOException {
        HttpRequest.Builder get = HttpRequest.newBuilder(file).header("Accept-Encoding", "identity");
        if (from > 0) {
            get.header("Range", "bytes=" + from + "-");
        }
        HttpResponse<InputStream> answer = send(get, BodyHandlers.ofInputStream(), false);
        if (answer.statusCode() != 416) {
            try {
                requireSuccess(answer, what);
            } catch (IOException | RuntimeException e) {
                answer.body().close();
                throw e;
            }
        }
        return answer;
    }

    /**
     * Sends a request and follows redirects.
     *
     * @param untilChecksum whether a redirect that has a large file's checksum is taken as the answer
     */
    private <T> HttpResponse<T> send(HttpRequest.Builder request, BodyHandler<T> body, boolean untilChecksum)
            throws IOException {
        HttpRequest.Builder next = request;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            URI uri = next.build().uri();
            if (isOwn(uri)) {
                HttpRequest.Builder authorised = next;
                settings.token().ifPresent(token -> authorised.setHeader("Authorization", "Bearer " + token));
            }
            HttpResponse<T> answer = sendOnce(next.timeout(stall).build(), body);
            String location = answer.headers().firstValue("Location").orElse("");
            if (!isRedirect(answer)
                    || location.isEmpty()
                    || (untilChecksum
                            && answer.headers().firstValue("X-Linked-Etag").isPresent())) {
                return answer;
            }
            if (answer.body() instanceof InputStream unread) {
                unread.close();
            }
            next = redirected(next.build(), uri.resolve(location));
        }
        throw new ModelLoadException("more than " + MOST_REDIRECTS + " redirects from " + settings.endpoint());
    }

    /** The same request elsewhere, without the token. */
    private static HttpRequest.Builder redirected(HttpRequest request, URI target) {
        if (request.uri().getScheme().equals("https") && !"https".equals(target.getScheme())) {
            throw new ModelLoadException("refused to follow a redirect from https to " + target.getScheme());
        }
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(target).method(request.method(), HttpRequest.BodyPublishers.noBody());
        request.headers().map().forEach((name, values) -> {
            if (!name.equalsIgnoreCase("Authorization")) {
                values.forEach(value -> builder.header(name, value));
            }
        });
        return builder;
    }

    private boolean isOwn(URI uri) {
        URI own = settings.endpoint();
        return own.getScheme().equals(uri.getScheme())
                && own.getHost().equalsIgnoreCase(uri.getHost())
                && own.getPort() == uri.getPort();
    }

    private <T> HttpResponse<T> sendOnce(HttpRequest request, BodyHandler<T> body) throws IOException {
        try {
            return http.send(request, body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelLoadException("interrupted while downloading", e);
        }
    }

    private void requireSuccess(HttpResponse<?> answer, String what) throws IOException {
        int status = answer.statusCode();
        if (status == 200 || status == 206) {
            return;
        }
        String code =
                answer.headers().firstValue("X-Error-Code").map(c -> ", " + c).orElse("");
        String suffix = " (" + settings.endpoint() + " answered " + status + code + ")";
        switch (status) {
            case 401 ->
                throw new ModelLoadException(what + ": does not exist, or is private and needs a token"
                        + (settings.token().isPresent() ? " other than the one given" : "; set HF_TOKEN") + suffix);
            case 403 ->
                throw new ModelLoadException(
                        what + ": access is denied; its licence may have to be accepted on its page first" + suffix);
            case 404 -> throw new ModelLoadException(what + ": does not exist on the hub" + suffix);
            case 408, 429 -> throw new IOException(what + ": the hub is busy" + suffix);
            default -> {
                if (status >= 500) {
                    throw new IOException(what + ": the hub failed" + suffix);
                }
                throw new ModelLoadException(what + ": unexpected answer" + suffix);
            }
        }
    }

    private static boolean isRedirect(HttpResponse<?> answer) {
        return switch (answer.statusCode()) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
        };
    }

    private URI uri(String path) {
        return URI.create(settings.endpoint() + path);
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** A network error in words; some of Java's have no message. */
    static String describe(IOException e) {
        if (e instanceof ConnectException || e.getCause() instanceof UnknownHostException) {
            return "no connection";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
