package dev.embedonce.server.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Routes over Jetty. Jetty's threads read and write what is there and never wait; endpoints have threads of their own,
 * and vital routes a few more. Whoever starts it closes it. Thread-safe.
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final int HEADER_BYTES = 16 * 1024;
    /** They parse, read and write what is there, and never wait. */
    private static final int IO_THREADS = 16;
    /** Threads of each vital route. */
    private static final int VITAL_THREADS = 2;
    /** How long streams that are broken off have for their last event, and threads to end. */
    private static final long LAST_WORD_MILLIS = 2000;
    /** Answers up to this size are not charged: the operating system's buffers take them. */
    private static final int FREE_ANSWER_BYTES = 64 * 1024;
    /** On top of a body's time: for discarding a refused one, and since connections are checked only now and then. */
    private static final Duration BODY_SLACK = BodyReader.DISCARD_TIME.plusSeconds(1);

    private final Settings settings;
    private final Server server;
    private final ServerConnector connector;
    private final ConnectionGuard guard;
    private final ExecutorService answers;
    private final Map<Route, ExecutorService> vital = new HashMap<>();
    private final List<Route> routes;
    private final Function<Exchange, Caller> keys;
    private final Consumer<Exchange> origins;
    private final RequestListener listener;
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean draining;

    /**
     * Where to listen, and the bounds.
     *
     * @param address port 0 for any free one
     * @param idle how long a connection may be silent, and how long the head of a request may take
     * @param threads the most answers that are made at the same time, besides those of vital routes
     * @param connections the most at the same time
     * @param bodyBytes of one request
     * @param bodyTime until a body must be complete
     * @param bodies what all bodies together may take
     */
    public record Settings(
            InetSocketAddress address,
            Duration idle,
            int threads,
            int connections,
            long bodyBytes,
            Duration bodyTime,
            BodyBudget bodies) {}

    /** Is told of every answered request. */
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
            Settings settings,
            List<Route> routes,
            Function<Exchange, Caller> keys,
            Consumer<Exchange> origins,
            RequestListener listener) {
        this.settings = settings;
        this.routes = List.copyOf(routes);
        this.keys = keys;
        this.origins = origins;
        this.listener = listener;
        this.answers = threads("embedonce-answer", settings.threads);
        routes.stream()
                .filter(route -> route.kind() == Route.Kind.VITAL)
                .forEach(route -> vital.put(route, threads("embedonce" + route.path(), VITAL_THREADS)));
        QueuedThreadPool pool = new QueuedThreadPool(IO_THREADS, 4);
        pool.setName("embedonce-http");
        pool.setDaemon(true);
        this.server = new Server(pool);
        this.connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration()));
        connector.setHost(settings.address.getHostString());
        connector.setPort(settings.address.getPort());
        connector.setIdleTimeout(settings.idle.toMillis());
        server.addConnector(connector);
        this.guard = new ConnectionGuard(settings.connections, settings.idle);
        connector.addBean(guard);
        server.setHandler(new Routing());
        server.setErrorHandler(HttpServer::error);
    }

    /** A pool of at most so many threads, which has none while there is nothing to do. */
    private static ExecutorService threads(String name, int most) {
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(most, most, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
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
     * @param keys finds who sends a request; throws an {@link ApiException} if it is not allowed
     * @param origins throws one if a request comes from a page or host that is not allowed
     * @throws UncheckedIOException if the address is in use or not ours
     */
    public static HttpServer start(
            Settings settings,
            List<Route> routes,
            Function<Exchange, Caller> keys,
            Consumer<Exchange> origins,
            RequestListener listener) {
        HttpServer http = new HttpServer(settings, routes, keys, origins, listener);
        try {
            http.server.start();
            return http;
        } catch (Exception e) {
            http.stop();
            InetSocketAddress address = settings.address;
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
            String path = request.getHttpURI().getCanonicalPath();
            new Call(request, response, callback, find(request.getMethod(), path == null ? "" : path)).begin();
            return true;
        }
    }

    /**
     * One request: its body is read, its endpoint answers, the answer is sent. A thread is held only while the endpoint
     * works or writes a stream; neither a slow body nor an answer that nobody reads holds one. Used by one thread at a
     * time.
     */
    private final class Call implements BodyReader.Receiver {
        private final Request request;
        private final Response response;
        private final Callback callback;
        private final Match match;
        private final Exchange exchange;
        private final Connection connection;
        private final AtomicBoolean ended = new AtomicBoolean();
        private Caller caller = Caller.ANYBODY;
        private BodyBudget.@Nullable Share share;

        Call(Request request, Response response, Callback callback, Match match) {
            this.request = request;
            this.response = response;
            this.callback = callback;
            this.match = match;
            this.exchange = new Exchange(request, response, match.parameters);
            this.connection = request.getConnectionMetaData().getConnection();
        }

        /** Does what can be done without waiting, and arranges the rest. */
        void begin() {
            underWay.incrementAndGet();
            guard.answers(connection);
            try {
                securityHeaders(response);
                if (draining) {
                    response.getHeaders().put(HttpHeader.CONNECTION, "close");
                }
                origins.accept(exchange);
                if (draining && match.route.map(Route::kind).orElse(Route.Kind.PLAIN) != Route.Kind.VITAL) {
                    throw shuttingDown();
                }
                if (request.getMethod().equals("OPTIONS") && match.pathExists) {
                    exchange.send(204, "text/plain", new byte[0]);
                    send();
                    return;
                }
                Route route = match.route.orElseThrow(() -> nothingHere(request.getMethod(), match));
                caller = HttpServer.this.caller(exchange, route.access());
                if (route.kind() == Route.Kind.BODY) {
                    read();
                } else {
                    execute(route);
                }
            } catch (ApiException e) {
                refused(e);
            } catch (IOException e) {
                end(e);
            } catch (RuntimeException | OutOfMemoryError e) {
                mistake(e);
            }
        }

        private void read() {
            exchange.requireJson();
            BodyBudget.Share taken = settings.bodies.open(caller.tenant());
            share = taken;
            guard.reads(connection, settings.bodyTime.plus(BODY_SLACK));
            BodyReader.start(request, settings.bodyBytes, settings.bodyTime, taken, this);
        }

        @Override
        public void received(byte[] body) {
            guard.answers(connection);
            exchange.setBody(body);
            execute(match.route.orElseThrow());
        }

        private void execute(Route route) {
            try {
                vital.getOrDefault(route, answers).execute(() -> answer(route));
            } catch (RejectedExecutionException e) {
                refused(shuttingDown());
            }
        }

        private void answer(Route route) {
            try {
                route.endpoint().handle(exchange, caller);
                payForAnswer();
                send();
            } catch (ApiException e) {
                refused(e);
            } catch (IOException e) {
                end(e);
            } catch (RuntimeException | Error e) {
                mistake(e);
            }
        }

        /** Charges a large answer to the budget of bodies: while nobody reads it, it stays in memory. */
        private void payForAnswer() {
            byte[] answer = exchange.answer();
            if (answer != null && answer.length > FREE_ANSWER_BYTES && share != null) {
                try {
                    share.take(answer.length);
                } catch (ApiException e) {
                    exchange.dropAnswer();
                    throw e;
                }
            }
        }

        private void send() {
            byte[] answer = exchange.answer();
            if (answer == null) {
                end(null);
            } else {
                response.write(true, ByteBuffer.wrap(answer), Callback.from(() -> end(null), failure -> end(failure)));
            }
        }

        @Override
        public void refused(ApiException why) {
            guard.answers(connection);
            if (exchange.isAnswered()) {
                end(new IOException("broken off: " + why.getMessage(), why));
                return;
            }
            try {
                exchange.error(why, match.shape);
                send();
            } catch (IOException e) {
                end(e);
            }
        }

        @Override
        public void failed(Throwable failure) {
            if (failure instanceof RuntimeException || failure instanceof Error) {
                mistake(failure);
            } else {
                end(failure);
            }
        }

        private void mistake(Throwable mistake) {
            LOG.error("{} {} failed", request.getMethod(), match.name(), mistake);
            refused(new ApiException(ErrorKind.INTERNAL, "the server made a mistake; see its log"));
        }

        private void end(@Nullable Throwable failure) {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            exchange.close();
            if (share != null) {
                share.close();
            }
            listener.answered(match.name(), response.getStatus(), System.nanoTime() - exchange.arrivedNanos());
            guard.waits(connection);
            underWay.decrementAndGet();
            if (failure == null) {
                callback.succeeded();
            } else {
                callback.failed(failure);
            }
        }
    }

    private static ApiException shuttingDown() {
        return new ApiException(ErrorKind.UNAVAILABLE, "the server is shutting down");
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
        Caller caller = keys.apply(exchange);
        if (access == Route.Access.ADMIN && !caller.admin()) {
            throw new ApiException(ErrorKind.FORBIDDEN, "this needs an administrator's key");
        }
        return caller;
    }

    /** The route of a request's method and path, or none. */
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

    /** Answers what Jetty itself refuses: malformed requests, headers that are too long. */
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

    /**
     * Waits for requests under way to end, for at most {@code grace}; new ones are refused. Returns whether all have
     * ended.
     */
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

    /** Stops; what is still under way is broken off. */
    @Override
    public void close() {
        draining = true;
        answers.shutdown();
        awaitEnd(answers);
        stop();
    }

    private void stop() {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("stopping the HTTP server: {}", e.toString());
        }
        guard.close();
        vital.values().forEach(ExecutorService::shutdownNow);
        answers.shutdownNow();
        awaitEnd(answers);
    }

    private static void awaitEnd(ExecutorService threads) {
        try {
            threads.awaitTermination(LAST_WORD_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
