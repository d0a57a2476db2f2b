package dev.embedonce.server;

import dev.embedonce.server.api.openai.ChatCompletions;
import dev.embedonce.server.chat.ChatModel;
import dev.embedonce.server.chat.Chats;
import dev.embedonce.server.chat.ImageLoader;
import dev.embedonce.server.http.ErrorShape;
import dev.embedonce.server.http.HttpServer;
import dev.embedonce.server.http.Route;
import dev.embedonce.server.http.Route.Access;
import dev.embedonce.server.metrics.Metrics;
import dev.embedonce.server.metrics.ModelMetrics;
import dev.embedonce.server.security.BodyBudget;
import dev.embedonce.server.security.FileImages;
import dev.embedonce.server.security.OriginCheck;
import dev.embedonce.server.security.UrlImages;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Serves vision-language models over HTTP, in OpenAI's and Anthropic's terms, and looks at every picture once. Whoever starts it
 * closes it, and after it the models and the cache. Thread-safe.
 */
public final class EmbedOnceServer implements AutoCloseable {
    private final ServerOptions options;
    private final Map<String, ChatModel> chatModels = new LinkedHashMap<>();
    private final UrlImages urls;
    private final HttpServer http;

    private EmbedOnceServer(ServerOptions options, UrlImages.Resolver resolver) {
        this.options = options;
        Map<String, ModelMetrics> modelMetrics = new LinkedHashMap<>();
        options.chatModels().forEach((name, model) -> {
            ModelMetrics listener = new ModelMetrics(name);
            modelMetrics.put(name, listener);
            chatModels.put(
                    name,
                    new ChatModel(name, model, options.engine(), !options.keys().isEmpty(), listener));
        });
        this.urls = new UrlImages(
                options.imageHosts(),
                resolver,
                options.limits().fetchTime(),
                options.limits().imageBytes());
        Metrics metrics = new Metrics(options.cache(), modelMetrics, List.copyOf(chatModels.values()));
        try {
            this.http = HttpServer.start(
                    new InetSocketAddress(options.host(), options.port()),
                    options.idle(),
                    threads(options),
                    routes(metrics),
                    options.keys(),
                    new OriginCheck(options.hostNames(), options.origins()),
                    metrics);
        } catch (RuntimeException e) {
            closeModels();
            throw e;
        }
    }

    /** One for every answer that may wait or run, and some to turn others away. */
    private static int threads(ServerOptions options) {
        int models = Math.max(1, options.chatModels().size());
        return models * (options.engine().mostRows() + options.engine().mostWaiting()) + 32;
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
        BodyBudget bodies = new BodyBudget(options.limits().bodiesBytes());
        ImageLoader loader = new ImageLoader(
                urls, new FileImages(options.imageFolders(), options.limits().imageBytes()), options.limits());
        Chats chats = new Chats(chatModels, options.cache(), loader, options.limits(), (model, images, encoded) -> {});
        List<Route> routes = new ArrayList<>();
        routes.add(new Route(
                "POST",
                "/v1/chat/completions",
                Access.KEY,
                ErrorShape.OPENAI,
                new ChatCompletions(chats, options.limits(), bodies)::handle));
        routes.add(new Route("GET", "/metrics", Access.ADMIN, ErrorShape.OPENAI, metrics::handle));
        return routes;
    }

    /** The port that it listens on. */
    public int port() {
        return http.port();
    }

    /** Where it is. */
    public URI uri() {
        return URI.create("http://" + (options.host().contains(":") ? "[" + options.host() + "]" : options.host()) + ":"
                + port());
    }

    /**
     * Stops: takes no more requests, lets answers under way end within the time that the options say, breaks off the rest. Returns when
     * nothing runs any more. Idempotent.
     */
    @Override
    public void close() {
        http.drain(options.grace());
        closeModels();
        http.close();
    }

    private void closeModels() {
        chatModels.values().forEach(ChatModel::close);
        urls.close();
    }
}
