package dev.embedonce.cli.vlm;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.cli.options.StoreOptions;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.encoder.text.TextEncoder;
import dev.embedonce.encoder.text.TextEncoders;
import dev.embedonce.engine.schedule.EngineOptions;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.server.EmbedOnceServer;
import dev.embedonce.server.ServerOptions;
import dev.embedonce.server.security.AllowedHosts;
import dev.embedonce.server.security.ApiKeys;
import dev.embedonce.vlm.VisionLanguageModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code embedonce serve}. */
@Command(
        name = "serve",
        description = {
            "Serve models over HTTP, compatible with OpenAI's and Anthropic's APIs; a picture is encoded once.",
            "Listens on this machine only unless --host says otherwise. A page that shows what the cache does is at /."
        },
        footer = {
            "",
            "Examples:",
            "  embedonce serve --model models/Qwen3-VL-4B-Instruct --dtype int8",
            "  embedonce serve --model chat=models/llava --embedding-model clip=models/clip-vit-base-patch32 --keys keys.json"
        })
public final class ServeCommand implements Callable<Integer> {
    @Option(
            names = {"-m", "--model"},
            paramLabel = "[NAME=]MODEL",
            description = {
                "A vision-language model: 'demo', a folder or organisation/name on the hub; may be given several times.",
                "Clients call it NAME; without one, the last part of MODEL."
            })
    private List<String> models = new ArrayList<>();

    @Option(
            names = "--embedding-model",
            paramLabel = "[NAME=]MODEL",
            description = "A model for /v1/embeddings: 'default', a folder or a hub name; may be given several times.")
    private List<String> embeddingModels = new ArrayList<>();

    @Mixin
    private ChatRuntimeOptions runtime = new ChatRuntimeOptions();

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "The address to listen on. Default: ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(
            names = {"-p", "--port"},
            paramLabel = "N",
            defaultValue = "8000",
            description = "The port; 0 for any free one. Default: ${DEFAULT-VALUE}.")
    private int port = 8000;

    @Option(
            names = "--store",
            paramLabel = "URL",
            description = "Where features are kept. Default: files in your cache folder, up to 8 GB.")
    private @Nullable String store;

    @Option(
            names = {"--keys", "--api-keys"},
            paramLabel = "FILE",
            description = "Who may use the server, and whose cache entries are kept apart; see docs/guide/serve.md.")
    private @Nullable Path apiKeys;

    @Option(
            names = "--host-name",
            paramLabel = "NAME",
            description = "A name that clients call the server by, besides localhost and plain addresses.")
    private List<String> hostNames = new ArrayList<>();

    @Option(names = "--origin", paramLabel = "URL", description = "A web page's origin that may use the server.")
    private List<String> origins = new ArrayList<>();

    @Option(
            names = "--allow-images-from",
            paramLabel = "HOST",
            description = "Fetch pictures from http(s) URLs of HOST, such as images.example.org or *.example.org.")
    private List<String> imageHosts = new ArrayList<>();

    @Option(names = "--image-folder", paramLabel = "DIR", description = "Allow file URLs of pictures below DIR.")
    private List<Path> imageFolders = new ArrayList<>();

    @Option(names = "--thumbnails", description = "Show small copies of recent pictures on the page.")
    private boolean thumbnails;

    @Option(
            names = "--max-sequences",
            paramLabel = "N",
            description = "The most answers that are written at the same time.")
    private @Nullable Integer maxSequences;

    @Option(names = "--max-queue", paramLabel = "N", description = "The most requests that wait; more get 429.")
    private @Nullable Integer maxQueue;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            description =
                    "The most connections; beyond, the one that has been without a request for longest is closed.")
    private @Nullable Integer maxConnections;

    @Option(names = "--context", paramLabel = "N", description = "The most tokens of a prompt and its answer together.")
    private @Nullable Integer context;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (models.isEmpty() && embeddingModels.isEmpty()) {
            throw new CliException("give at least one --model or --embedding-model");
        }
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        CountDownLatch closed = new CountDownLatch(1);
        try {
            FeatureCache cache = keep(opened, FeatureCaches.open(store == null ? FeatureCaches.defaultUrl() : store));
            ServerOptions.Builder options = options(cache);
            for (String model : models) {
                VisionLanguageModel loaded = keep(opened, runtime.load(source(model), cache));
                options.chatModel(name(model), loaded);
                System.err.println("loaded " + name(model));
            }
            for (String model : embeddingModels) {
                embeddings(options, model, opened);
            }
            EmbedOnceServer server = keep(opened, EmbedOnceServer.start(options.build()));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(opened, closed), "embedonce-stop"));
            System.out.println("serving on " + server.uri() + " (Ctrl-C stops)");
            closed.await();
            return ExitCodes.OK;
        } catch (RuntimeException | IOException e) {
            closeAll(opened);
            throw e;
        }
    }

    private ServerOptions.Builder options(FeatureCache cache) throws IOException {
        EngineOptions engine = EngineOptions.DEFAULT;
        engine = maxSequences == null ? engine : engine.withRows(maxSequences);
        engine = maxQueue == null ? engine : engine.withWaiting(maxQueue);
        engine = context == null ? engine : engine.withContextTokens(context);
        ServerOptions.Builder options = ServerOptions.over(cache);
        if (maxConnections != null) {
            options.connections(maxConnections);
        }
        return options.host(host)
                .port(port)
                .engine(engine)
                .keys(apiKeys == null ? ApiKeys.NONE : ApiKeys.read(StoreOptions.secretFile("--keys", apiKeys)))
                .hostNames(new LinkedHashSet<>(hostNames))
                .origins(new LinkedHashSet<>(origins))
                .imageHosts(imageHosts.isEmpty() ? AllowedHosts.NONE : AllowedHosts.of(imageHosts))
                .imageFolders(imageFolders)
                .thumbnails(thumbnails);
    }

    private static void embeddings(ServerOptions.Builder options, String model, Deque<AutoCloseable> opened) {
        EncoderOptions encoder = EncoderOptions.builder()
                .threads(Runtime.getRuntime().availableProcessors())
                .build();
        ImageEncoder images = keep(opened, ImageEncoders.open(source(model), encoder));
        TextEncoder texts = null;
        try {
            texts = keep(opened, TextEncoders.open(source(model), encoder));
        } catch (ModelLoadException e) {
            System.err.println(name(model) + " embeds pictures only: " + e.getMessage());
        }
        options.embeddingModel(name(model), images, texts);
        System.err.println("loaded " + name(model));
    }

    private static <T extends AutoCloseable> T keep(Deque<AutoCloseable> opened, T resource) {
        opened.push(resource);
        return resource;
    }

    private static void stop(Deque<AutoCloseable> opened, CountDownLatch closed) {
        System.err.println("embedonce: finishing what is under way ...");
        closeAll(opened);
        closed.countDown();
    }

    /** Closes in reverse order of opening. */
    private static void closeAll(Deque<AutoCloseable> opened) {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                System.err.println("embedonce: " + e.getMessage());
            }
        }
    }

    private static String source(String model) {
        return model.substring(model.indexOf('=') + 1);
    }

    private static String name(String model) {
        int equals = model.indexOf('=');
        String name =
                equals < 0 ? String.valueOf(Path.of(model).normalize().getFileName()) : model.substring(0, equals);
        if (name.isBlank()) {
            throw new CliException("--model: expected NAME=MODEL or MODEL; found '" + model + "'");
        }
        return name;
    }
}
