package dev.embedonce.server.http;

import dev.embedonce.server.security.ApiKeys;
import dev.embedonce.server.security.Caller;
import dev.embedonce.server.security.OriginCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Routes over Jetty. Whoever starts it closes it. Thread-safe. */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final int HEADER_BYTES = 16 * 1024;
    private static final int MOST_CONNECTIONS = 1024;

    private final Server server;
    private final ServerConnector connector;
    private final List<Route> routes;
    private final ApiKeys keys;
    private final OriginCheck origins;
    private final RequestListener listener;
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean draining;

    /** Hears of every answered request. */
    @FunctionalInterface
    public interface RequestListener {
        /**
         * A request was answered.
         *
         * @param route the route's path, or {@code other}
         */
        void answered(String route, int status, long nanos);
    }

    private HttpServer(
            InetSocketAddress address,
            Duration idle,
            int threads,
            List<Route> routes,
            ApiKeys keys,
            OriginCheck origins,
            RequestListener listener) {
        this.routes = List.copyOf(routes);
        this.keys = keys;
        this.origins = origins;
        this.listener = listener;
        QueuedThreadPool pool = new QueuedThreadPool(threads, 4);
        pool.setName("embedonce-http");
        pool.setDaemon(true);
        this.server = new Server(pool);
        this.connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration()));
        connector.setHost(address.getHostString());
        connector.setPort(address.getPort());
        connector.setIdleTimeout(idle.toMillis());
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(MOST_CONNECTIONS, connector));
        server.setHandler(new Routing());
        server.setErrorHandler(HttpServer::error);
    }

    private static HttpConfiguration configuration() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setRequestHeaderSize(HEADER_BYTES);
        configuration.setOutputAggregationSize(0);
        // %2F in the name of a model
        configuration.setUriCompliance(
                UriCompliance.DEFAULT.with("names with slashes", UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR));
        return configuration;
    }

    /**
     * Starts to listen.
     *
     * @param address port 0 for any free one
     * @param idle how long a connection may be silent, in a request too
     * @param threads the most threads: one for every request under way
     * @throws UncheckedIOException if the address is in use or not ours
     */
    public static HttpServer start(
            InetSocketAddress address,
            Duration idle,
            int threads,
            List<Route> routes,
            ApiKeys keys,
            OriginCheck origins,
            RequestListener listener) {
        HttpServer http = new HttpServer(address, idle, threads, routes, keys, origins, listener);
        try {
            http.server.start();
            return http;
        } catch (Exception e) {
            http.stop();
            throw new UncheckedIOException(
                    "cannot listen on " + address.getHostString() + ":" + address.getPort(),
                    e instanceof IOException io ? io : new IOException(e));
        }
    }

    /** The port that it listens on. */
    public int port() {
        return connector.getLocalPort();
    }

    /** The routes, as {@code METHOD /path}. */
    public List<String> routeNames() {
        return routes.stream().map(route -> route.method() + " " + route.path()).toList();
    }

    /** Requests under way. */
    public int underWay() {
        return underWay.get();
    }

    public boolean isDraining() {
        return draining;
    }

    private final class Routing extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            underWay.incrementAndGet();
            try {
                answer(request, response);
                callback.succeeded();
            } catch (IOException e) {
                callback.failed(e);
            } finally {
                underWay.decrementAndGet();
            }
            return true;
        }
    }

    private void answer(Request request, Response response) throws IOException {
        String path = request.getHttpURI().getCanonicalPath();
        Match match = find(request.getMethod(), path == null ? "" : path);
        Exchange exchange = new Exchange(request, response, match.parameters);
        ErrorShape shape = match.shape;
        securityHeaders(response);
        if (draining) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        try {
            origins.check(exchange);
            if (draining && !(path != null && (path.equals("/health") || path.equals("/ready")))) {
                throw new ApiException(ErrorKind.UNAVAILABLE, "the server is shutting down");
            }
            if (request.getMethod().equals("OPTIONS") && match.pathExists) {
                exchange.send(204, "text/plain", new byte[0]);
                return;
            }
            Route route = match.route.orElseThrow(() -> nothingHere(request.getMethod(), match));
            route.endpoint().handle(exchange, caller(exchange, route.access()));
        } catch (ApiException e) {
            failed(exchange, e, shape);
        } catch (IOException e) {
            throw e;
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.error("{} {} failed", request.getMethod(), match.name(), e);
            failed(exchange, new ApiException(ErrorKind.INTERNAL, "the server made a mistake; see its log"), shape);
        } finally {
            exchange.close();
            listener.answered(match.name(), response.getStatus(), System.nanoTime() - exchange.arrivedNanos());
        }
    }

    private static void failed(Exchange exchange, ApiException error, ErrorShape shape) throws IOException {
        if (exchange.isAnswered()) {
            throw new IOException("broken off: " + error.getMessage(), error);
        }
        exchange.error(error, shape);
    }

    private static void securityHeaders(Response response) {
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        response.getHeaders().put("Referrer-Policy", "no-referrer");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    }

    private Caller caller(Exchange exchange, Route.Access access) {
        if (access == Route.Access.OPEN) {
            return Caller.ANYBODY;
        }
        Caller caller = keys.caller(exchange);
        if (access == Route.Access.ADMIN && !caller.admin()) {
            throw new ApiException(ErrorKind.FORBIDDEN, "this needs an administrator's key");
        }
        return caller;
    }

    /** What a request's method and path lead to. */
    private record Match(
            Optional<Route> route,
            boolean pathExists,
            String allowed,
            Map<String, String> parameters,
            ErrorShape shape) {
        String name() {
            return route.map(Route::path).orElse("other");
        }
    }

    private Match find(String method, String path) {
        StringBuilder allowed = new StringBuilder();
        ErrorShape shape = ErrorShape.OPENAI;
        for (Route route : routes) {
            Optional<Map<String, String>> parameters = route.match(path);
            if (parameters.isEmpty()) {
                continue;
            }
            boolean head = method.equals("HEAD") && route.method().equals("GET");
            if (route.method().equals(method) || head) {
                return new Match(Optional.of(route), true, "", parameters.get(), route.errors());
            }
            shape = route.errors();
            allowed.append(allowed.length() == 0 ? "" : ", ").append(route.method());
        }
        return new Match(Optional.empty(), allowed.length() > 0, allowed.toString(), Map.of(), shape);
    }

    private static ApiException nothingHere(String method, Match match) {
        return match.pathExists
                ? new ApiException(
                        ErrorKind.METHOD,
                        "this path takes " + match.allowed + ", not " + clean(method),
                        null,
                        "method_not_allowed",
                        Map.of("Allow", match.allowed))
                : new ApiException(ErrorKind.NOT_FOUND, "there is nothing at this path", null, "not_found", Map.of());
    }

    private static String clean(String method) {
        return method.length() <= 16 ? method : "that";
    }

    /** What Jetty itself refuses: a malformed request, headers that are too long. */
    private static boolean error(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        ErrorKind kind = status >= 500 ? ErrorKind.INTERNAL : ErrorKind.INVALID;
        byte[] body = ErrorShape.OPENAI
                .body(new ApiException(kind, "HTTP status " + status + ": the request is not understood"))
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }

    /** Lets requests under way end, for so long at most; new ones are turned away. Whether all have ended. */
    public boolean drain(Duration grace) {
        draining = true;
        long deadline = System.nanoTime() + grace.toNanos();
        try {
            while (underWay.get() > 0 && System.nanoTime() - deadline < 0) {
                Thread.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return underWay.get() == 0;
    }

    /** Stops at once. */
    @Override
    public void close() {
        draining = true;
        stop();
    }

    private void stop() {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("stopping the HTTP server: {}", e.toString());
        }
    }
}
