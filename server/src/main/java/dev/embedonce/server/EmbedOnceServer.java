package dev.embedonce.server;

import dev.embedonce.engine.ChatEngine;
import dev.embedonce.engine.DeletionWatch;
import dev.embedonce.server.admin.CacheAdmin;
import dev.embedonce.server.admin.Health;
import dev.embedonce.server.admin.History;
import dev.embedonce.server.api.anthropic.Messages;
import dev.embedonce.server.api.embeddings.Embeddings;
import dev.embedonce.server.api.openai.ChatCompletions;
import dev.embedonce.server.api.openai.Models;
import dev.embedonce.server.chat.Chats;
import dev.embedonce.server.chat.ImageLoader;
import dev.embedonce.server.http.BodyBudget;
import dev.embedonce.server.http.ErrorShape;
import dev.embedonce.server.http.HttpServer;
import dev.embedonce.server.http.Route;
import dev.embedonce.server.http.Route.Access;
import dev.embedonce.server.http.Route.Endpoint;
import dev.embedonce.server.http.Route.Kind;
import dev.embedonce.server.metrics.Metrics;
import dev.embedonce.server.metrics.ModelMetrics;
import dev.embedonce.server.page.Page;
import dev.embedonce.server.page.RecentPictures;
import dev.embedonce.server.security.FileImages;
import dev.embedonce.server.security.Limits;
import dev.embedonce.server.security.OriginCheck;
import dev.embedonce.server.security.UrlImages;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Serves vision-language models over HTTP, with OpenAI's and Anthropic's APIs, and encodes every picture once. Whoever
 * starts it closes it, and after it the models and the cache. Thread-safe.
 */
public final class EmbedOnceServer implements AutoCloseable {
    private final ServerOptions options;
    private final Map<String, ChatEngine> engines = new LinkedHashMap<>();
    private final UrlImages urls;
    private final RecentPictures pictures;
    private final History history;
    private final DeletionWatch deletions;
    private final HttpServer http;
    private volatile boolean stopping;

    private EmbedOnceServer(ServerOptions options, UrlImages.Resolver resolver) {
        this.options = options;
        this.pictures =
                new RecentPictures(options.thumbnails(), options.limits().imagePixels());
        Map<String, ModelMetrics> modelMetrics = new LinkedHashMap<>();
        options.chatModels().forEach((name, model) -> {
            ModelMetrics listener = new ModelMetrics(name);
            modelMetrics.put(name, listener);
            engines.put(
                    name,
                    ChatEngine.over(model, options.cache())
                            .name(name)
                            .options(options.engine())
                            .tenants(!options.keys().isEmpty())
                            .mostPixels(options.limits().imagePixels())
                            .listener(listener)
                            .pictures(pictures)
                            .open());
        });
        this.urls = new UrlImages(
                options.imageHosts(),
                resolver,
                options.limits().fetchTime(),
                options.limits().imageBytes());
        this.history = new History(options.cache());
        this.deletions = new DeletionWatch(options.cache(), this::forget);
        Metrics metrics = new Metrics(options.cache(), modelMetrics, List.copyOf(engines.values()));
        try {
            this.http = HttpServer.start(
                    settings(options),
                    routes(metrics),
                    options.keys()::caller,
                    new OriginCheck(options.hostNames(), options.origins())::check,
                    metrics);
        } catch (RuntimeException e) {
            closeModels();
            throw e;
        }
    }

    private static HttpServer.Settings settings(ServerOptions options) {
        Limits limits = options.limits();
        return new HttpServer.Settings(
                new InetSocketAddress(options.host(), options.port()),
                options.idle(),
                threads(options),
                options.connections(),
                limits.bodyBytes(),
                limits.bodyTime(),
                new BodyBudget(
                        limits.bodiesBytes(),
                        limits.bodyBytes(),
                        Math.max(1, options.connections() / 4),
                        !options.keys().isEmpty()));
    }

    /** One for every answer that may wait or run, and some to refuse others. */
    private static int threads(ServerOptions options) {
        int answers = options.engine().mostRows() + options.engine().mostWaiting();
        int embeddings = options.embeddingModels().isEmpty() ? 0 : Embeddings.MOST_UNDER_WAY;
        return options.chatModels().size() * answers + embeddings + 32;
    }

    /**
     * Starts a server.
     *
     * @throws java.io.UncheckedIOException if it cannot listen; nothing runs then
     */
    public static EmbedOnceServer start(ServerOptions options) {
        return start(options, InetAddress::getAllByName);
    }

    static EmbedOnceServer start(ServerOptions options, UrlImages.Resolver resolver) {
        return new EmbedOnceServer(options, resolver);
    }

    private List<Route> routes(Metrics metrics) {
        ImageLoader loader = new ImageLoader(
                urls, new FileImages(options.imageFolders(), options.limits().imageBytes()), options.limits());
        Chats chats = new Chats(engines, loader, options.limits());
        Models models = new Models(models());
        CacheAdmin admin = new CacheAdmin(
                options.cache(), options.keys().salts(), List.copyOf(engines.values()), history, deletions);
        Health health = new Health(this::isAlive, () -> stopping);
        return List.of(
                vital("/health", Access.OPEN, health::health),
                vital("/ready", Access.OPEN, health::ready),
                open("GET", "/openapi.json", Page.file("openapi.json", "application/json")),
                body("/v1/chat/completions", ErrorShape.OPENAI, new ChatCompletions(chats, options.limits())::handle),
                body("/v1/messages", ErrorShape.ANTHROPIC, new Messages(chats, options.limits())::handle),
                body(
                        "/v1/embeddings",
                        ErrorShape.OPENAI,
                        new Embeddings(options.embeddingModels(), options.cache(), loader, options.limits())::handle),
                key("GET", "/v1/models", models::list),
                key("GET", "/v1/models/{model}", models::one),
                vital("/metrics", Access.ADMIN, metrics::handle),
                admin("GET", "/v1/cache/stats", admin::stats),
                admin("DELETE", "/v1/cache", admin::clear),
                admin("DELETE", "/v1/cache/{hash}", admin::remove),
                admin("GET", "/", Page.file("index.html", "text/html; charset=utf-8")),
                admin("GET", "/page/style.css", Page.file("style.css", "text/css; charset=utf-8")),
                admin("GET", "/page/app.js", Page.file("app.js", "text/javascript; charset=utf-8")),
                admin("GET", "/page/icon.svg", Page.file("icon.svg", "image/svg+xml")),
                admin("GET", "/page/recent", pictures::list));
    }

    private void forget(long deletion) {
        engines.values().forEach(model -> model.forget(deletion));
        pictures.forget(deletion);
    }

    private boolean isAlive() {
        return engines.values().stream().allMatch(ChatEngine::isAlive);
    }

    private static Route vital(String path, Access access, Endpoint endpoint) {
        return new Route("GET", path, access, Kind.VITAL, ErrorShape.OPENAI, endpoint);
    }

    private static Route body(String path, ErrorShape errors, Endpoint endpoint) {
        return new Route("POST", path, Access.KEY, Kind.BODY, errors, endpoint);
    }

    private static Route open(String method, String path, Endpoint endpoint) {
        return new Route(method, path, Access.OPEN, Kind.PLAIN, ErrorShape.OPENAI, endpoint);
    }

    private static Route key(String method, String path, Endpoint endpoint) {
        return new Route(method, path, Access.KEY, Kind.PLAIN, ErrorShape.OPENAI, endpoint);
    }

    private static Route admin(String method, String path, Endpoint endpoint) {
        return new Route(method, path, Access.ADMIN, Kind.PLAIN, ErrorShape.OPENAI, endpoint);
    }

    private List<Models.Model> models() {
        List<Models.Model> models = new ArrayList<>();
        options.chatModels()
                .forEach((name, model) -> models.add(new Models.Model(name, "chat", model.visionVersion())));
        options.embeddingModels()
                .forEach((name, model) -> models.add(
                        new Models.Model(name, "embeddings", model.images().modelVersion())));
        return models;
    }

    /** The engine of a model, by the model's name. */
    ChatEngine engine(String name) {
        return Objects.requireNonNull(engines.get(name), name);
    }

    /** The routes, as {@code METHOD /path}. */
    List<String> routeNames() {
        return http.routeNames();
    }

    /** The port that it listens on. */
    public int port() {
        return http.port();
    }

    /** The server's address. */
    public URI uri() {
        return URI.create("http://" + (options.host().contains(":") ? "[" + options.host() + "]" : options.host()) + ":"
                + port());
    }

    /**
     * Stops: accepts no more requests, lets answers under way end within {@link ServerOptions#grace}, and breaks off
     * the rest. Returns when nothing runs any more. Idempotent.
     */
    @Override
    public void close() {
        stopping = true;
        http.drain(options.grace());
        closeModels();
        http.close();
    }

    private void closeModels() {
        engines.values().forEach(ChatEngine::close);
        urls.close();
        pictures.close();
        history.close();
        deletions.close();
    }
}
