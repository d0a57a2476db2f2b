package dev.embedonce.testkit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A hub with one model, {@code org/name}, on loopback: large files are redirected to a second server on another port,
 * as on the real hub, and everything that can go wrong can be requested.
 */
public final class HubServer implements AutoCloseable {
    public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    private static final class Content {
        private final byte[] bytes;
        private final boolean large;

        Content(byte[] bytes, boolean large) {
            this.bytes = bytes;
            this.large = large;
        }

        byte[] bytes() {
            return bytes;
        }

        boolean large() {
            return large;
        }
    }

    private final HttpServer hub = server();
    private final HttpServer storage = server();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Content> files = new TreeMap<>();
    /** The requests so far, such as {@code hub GET /org/name/... range=bytes=10- auth=Bearer x}. */
    public final List<String> log = new CopyOnWriteArrayList<>();
    /** After how many bytes to break the next connections. */
    public final Queue<Integer> breaks = new ConcurrentLinkedQueue<>();
    /** Statuses of the next answers, whatever is requested. */
    public final Queue<Integer> statuses = new ConcurrentLinkedQueue<>();
    /** Contents that are sent instead of the right ones. */
    public final Map<String, byte[]> forged = new ConcurrentHashMap<>();

    public volatile boolean ignoreRanges;
    public volatile boolean stallInsteadOfBreaking;
    public volatile @Nullable String renamedFrom;

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public HubServer() {
        hub.createContext("/", exchange -> handle("hub", exchange));
        storage.createContext("/", exchange -> handle("storage", exchange));
        hub.setExecutor(threads);
        storage.setExecutor(threads);
        hub.start();
        storage.start();
    }

    public URI endpoint() {
        return address(hub);
    }

    private static URI address(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Adds a file that git itself stores. */
    public void small(String name, byte[] content) {
        files.put(name, new Content(content, false));
    }

    /** Adds a file in large-file storage. */
    public void large(String name, byte[] content) {
        files.put(name, new Content(content, true));
    }

    public String etag(String name) {
        Content content = files.get(name);
        if (content == null) {
            throw new IllegalArgumentException(name);
        }
        if (content.large()) {
            return hex("SHA-256", content.bytes());
        }
        byte[] header = ("blob " + content.bytes().length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(header, header.length + content.bytes().length);
        System.arraycopy(content.bytes(), 0, all, header.length, content.bytes().length);
        return hex("SHA-1", all);
    }

    private static String hex(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The requests for contents of a file, without those for its metadata. */
    public List<String> downloads(String name) {
        String start = "GET /" + name + " ";
        String resolved = "GET /org/name/resolve/" + COMMIT + "/" + name + " ";
        return log.stream()
                .filter(line ->
                        line.startsWith("storage " + start) || (!isLarge(name) && line.startsWith("hub " + resolved)))
                .toList();
    }

    private boolean isLarge(String name) {
        Content content = files.get(name);
        return content != null && content.large();
    }

    private void handle(String server, HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            log.add(server + " " + exchange.getRequestMethod() + " " + path + " range="
                    + exchange.getRequestHeaders().getFirst("Range") + " auth="
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            Integer status = statuses.poll();
            if (status != null) {
                exchange.sendResponseHeaders(status, -1);
            } else if (server.equals("storage")) {
                send(exchange, path.substring(1));
            } else if (renamedFrom != null && path.contains(renamedFrom)) {
                exchange.getResponseHeaders().set("Location", path.replace(renamedFrom, "org/name"));
                exchange.sendResponseHeaders(307, -1);
            } else if (path.startsWith("/api/models/org/name/revision/")) {
                list(exchange);
            } else if (path.startsWith("/org/name/resolve/" + COMMIT + "/")) {
                resolve(exchange, path.substring(("/org/name/resolve/" + COMMIT + "/").length()));
            } else {
                exchange.getResponseHeaders().set("X-Error-Code", "RepoNotFound");
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private void list(HttpExchange exchange) throws IOException {
        ObjectNode json = new ObjectMapper().createObjectNode().put("sha", COMMIT);
        var siblings = json.putArray("siblings");
        files.keySet().forEach(name -> siblings.addObject().put("rfilename", name));
        byte[] body = json.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private void resolve(HttpExchange exchange, String name) throws IOException {
        Content content = files.get(name);
        if (content == null) {
            exchange.getResponseHeaders().set("X-Error-Code", "EntryNotFound");
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
        if (content.large()) {
            exchange.getResponseHeaders().set("X-Linked-Etag", '"' + etag(name) + '"');
            exchange.getResponseHeaders().set("X-Linked-Size", Integer.toString(content.bytes().length));
            exchange.getResponseHeaders().set("ETag", "\"of-the-pointer\"");
            exchange.getResponseHeaders().set("Location", address(storage) + "/" + name);
            exchange.sendResponseHeaders(302, -1);
        } else {
            exchange.getResponseHeaders().set("ETag", "W/\"" + etag(name) + '"');
            send(exchange, name);
        }
    }

    private void send(HttpExchange exchange, String name) throws IOException {
        Content content = files.get(name);
        if (content == null) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        byte[] bytes = forged.getOrDefault(name, content.bytes());
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = 0;
        if (range != null && !ignoreRanges) {
            from = Integer.parseInt(range.replaceAll("[^0-9]", ""));
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, bytes.length - from);
        write(exchange.getResponseBody(), Arrays.copyOfRange(bytes, from, bytes.length));
    }

    private void write(OutputStream out, byte[] bytes) throws IOException {
        Integer end = breaks.poll();
        if (end == null || end >= bytes.length) {
            out.write(bytes);
            return;
        }
        out.write(bytes, 0, end);
        out.flush();
        if (stallInsteadOfBreaking) {
            try {
                Thread.sleep(30_000); // until the server is closed
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        throw new IOException("broken on purpose");
    }

    @Override
    public void close() {
        hub.stop(0);
        storage.stop(0);
        threads.shutdownNow();
    }
}
