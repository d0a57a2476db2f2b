package dev.embedonce.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.encoder.text.TextEncoders;
import dev.embedonce.server.security.UrlImages;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.memory.MemoryStore;
import dev.embedonce.vlm.ModelOptions;
import dev.embedonce.vlm.VisionLanguageModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A server on loopback over the tiny models, and a client for it. */
public final class TestServer implements AutoCloseable {
    public static final ObjectMapper JSON = new ObjectMapper();
    public static final String MODEL = "tiny-vl";
    public static final String CLIP = "tiny-clip";

    /** After this long something hangs; no test depends on how fast a machine is. */
    static final Duration HANG = Duration.ofMinutes(10);

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(HANG).build();

    private final List<Runnable> opened = new ArrayList<>();
    private final FeatureCache cache;
    private final EmbedOnceServer server;

    private TestServer(FeatureCache cache, UnaryOperator<ServerOptions.Builder> more, UrlImages.Resolver resolver) {
        this.cache = cache;
        opened.add(cache::close);
        String folder = System.getProperty("embedonce.test.model", "");
        VisionLanguageModel model = VisionLanguageModel.load(
                folder.isEmpty() ? resource("models/qwen3_vl") : Path.of(folder),
                ModelOptions.builder().threads(1).build());
        opened.add(model::close);
        var images = ImageEncoders.open(resource("models/clip"), EncoderOptions.defaults());
        opened.add(images::close);
        var texts = TextEncoders.open(resource("models/clip").toString(), EncoderOptions.defaults());
        opened.add(texts::close);
        this.server = EmbedOnceServer.start(
                more.apply(ServerOptions.over(cache)
                                .port(0)
                                .grace(HANG)
                                .chatModel(MODEL, model)
                                .embeddingModel(CLIP, images, texts))
                        .build(),
                resolver);
    }

    public static TestServer start() {
        return start(options -> options);
    }

    public static TestServer start(UnaryOperator<ServerOptions.Builder> more) {
        return start(new MemoryStore(), more);
    }

    public static TestServer start(CacheStore store, UnaryOperator<ServerOptions.Builder> more) {
        return start(FeatureCache.over(store).build(), more);
    }

    /** Over a cache that it closes. */
    public static TestServer start(FeatureCache cache, UnaryOperator<ServerOptions.Builder> more) {
        return new TestServer(cache, more, InetAddress::getAllByName);
    }

    static TestServer start(UnaryOperator<ServerOptions.Builder> more, UrlImages.Resolver resolver) {
        return new TestServer(FeatureCache.over(new MemoryStore()).build(), more, resolver);
    }

    public static Path resource(String name) {
        try {
            return Path.of(TestServer.class.getResource("/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    public FeatureCache cache() {
        return cache;
    }

    public EmbedOnceServer server() {
        return server;
    }

    public URI uri(String path) {
        return server.uri().resolve(path);
    }

    /** A chat request of one user message: pictures, then text. Greedy. */
    public static ObjectNode chat(String text, byte[]... pictures) {
        ObjectNode request =
                JSON.createObjectNode().put("model", MODEL).put("max_tokens", 8).put("temperature", 0);
        var content =
                request.putArray("messages").addObject().put("role", "user").putArray("content");
        for (byte[] picture : pictures) {
            content.addObject().put("type", "image_url").putObject("image_url").put("url", Pictures.dataUri(picture));
        }
        content.addObject().put("type", "text").put("text", text);
        return request;
    }

    public HttpResponse<String> send(HttpRequest request) {
        try {
            return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(HANG);
    }

    public HttpResponse<String> get(String path) {
        return send(request(path).build());
    }

    public HttpResponse<String> post(String path, String body, String... headers) {
        HttpRequest.Builder request = request(path).header("Content-Type", "application/json");
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request.POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    /**
     * The lines of a stream's body.
     *
     * @param first is told the first line when it comes
     */
    List<String> lines(String path, String body, Consumer<String> first) {
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        List<String> lines = new ArrayList<>();
        try {
            CLIENT.send(request, HttpResponse.BodyHandlers.ofLines()).body().forEach(line -> {
                if (lines.isEmpty()) {
                    first.accept(line);
                }
                if (!line.isEmpty()) {
                    lines.add(line);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return lines;
    }

    public JsonNode json(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw new AssertionError(response.statusCode() + " " + response.body(), e);
        }
    }

    /** The answer to a chat request that succeeds. */
    public JsonNode ask(ObjectNode request, String... headers) {
        HttpResponse<String> response = post("/v1/chat/completions", request.toString(), headers);
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
        return json(response);
    }

    public static String text(JsonNode answer) {
        return answer.at("/choices/0/message/content").textValue();
    }

    /** The data of a stream's events. */
    public static List<String> data(String stream) {
        return stream.lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring(6))
                .toList();
    }

    /** The sum over all lines of a metric that have a label such as {@code tier="store"}, which may be empty. */
    public double metric(String name, String label) {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> line.contains(label))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Override
    public void close() {
        server.close();
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).run();
        }
    }
}
