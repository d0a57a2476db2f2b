package dev.embedonce.cli.search;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.cli.input.ImageInput;
import dev.embedonce.cli.options.ModelOptions;
import dev.embedonce.cli.options.StoreOptions;
import dev.embedonce.cli.output.OutputFile;
import dev.embedonce.cli.pictures.Console;
import dev.embedonce.cli.pictures.Cosine;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.cli.terminal.Messages;
import dev.embedonce.embed.ImageItem;
import dev.embedonce.embed.ImageStream;
import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.text.TextEncoder;
import dev.embedonce.encoder.text.TextEncoders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code embedonce search}. */
@Command(
        name = "search",
        description = {
            "Find the pictures whose vectors are closest to a query's, by cosine, exactly: every row is compared.",
            "The query is embedded through the cache; its model must be the one that the vectors were made with."
        },
        footer = {
            "",
            "Examples:",
            "  embedonce search vectors.parquet --image query.jpg",
            "  embedonce search vectors.parquet \"a red bicycle\" --model models/clip --html found.html"
        })
public final class SearchCommand implements Callable<Integer> {
    static final long MAX_IMAGE_BYTES = 256_000_000;

    @Parameters(
            index = "0",
            paramLabel = "VECTORS",
            description = "What 'embed --out' wrote: .parquet, .npy (with a .csv of rows) or .jsonl.")
    private Path vectors = Path.of("");

    @Parameters(index = "1", arity = "0..1", paramLabel = "TEXT", description = "What to look for, in words.")
    private @Nullable String text;

    @Option(names = "--image", paramLabel = "FILE", description = "Look for pictures like this one.")
    private @Nullable Path image;

    @Option(
            names = {"-k", "--top"},
            paramLabel = "N",
            defaultValue = "10",
            description = "How many to show. Default: ${DEFAULT-VALUE}.")
    private int top = 10;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private StoreOptions store = new StoreOptions();

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page of the pictures to FILE.")
    private @Nullable Path html;

    @Option(
            names = "--pictures",
            paramLabel = "FOLDER",
            description =
                    "Where relative paths in VECTORS start, for --html. Default: the current folder, then that of VECTORS.")
    private @Nullable Path pictures;

    @Option(names = "--force", description = "Compare vectors of other versions too, for what it is worth.")
    private boolean force;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if ((text == null) == (image == null)) {
            throw new CliException("say what to look for: either TEXT or --image");
        }
        if (text != null && text.isBlank()) {
            throw new CliException("the text to look for is empty");
        }
        if (top < 1) {
            throw new CliException("--top must be at least 1");
        }
        if (html != null) {
            OutputFile.check(html, "--html", ".html");
        }
        if (pictures != null && !Files.isDirectory(pictures)) {
            throw new CliException("--pictures: no such folder: " + pictures);
        }
        VectorFile file = VectorFile.of(vectors);
        Query query = image != null ? imageQuery(image) : textQuery(String.valueOf(text));
        if (Double.isNaN(Cosine.of(query.vector(), query.vector()))) {
            throw new CliException("the vector of the query has no direction, so nothing is close to it");
        }
        report(search(file, query));
        return ExitCodes.OK;
    }

    private SearchResult search(VectorFile file, Query query) throws IOException {
        long start = System.nanoTime();
        TopHits hits = new TopHits(top);
        VersionGate gate = new VersionGate(vectors, query.modelVersion(), query.preprocVersion(), force);
        try (Console.Progress progress = new Console.Progress("comparing vectors")) {
            file.scan(query.vector(), hit -> {
                gate.check(hit);
                hits.add(hit);
                progress.step();
            });
        }
        return new SearchResult(
                query,
                vectors,
                hits.best(),
                hits.seen(),
                hits.withoutDirection(),
                gate.differs(),
                (System.nanoTime() - start) / 1e9);
    }

    private Query imageQuery(Path path) throws IOException {
        byte[] bytes = bytes(path);
        try (ImageEncoder encoder = model.open(1, Runtime.getRuntime().availableProcessors());
                FeatureCache cache = store.cache(store.open(), 0)) {
            float[] vector = vector(cache, encoder, path, bytes);
            return new Query(path.toString(), bytes, vector, encoder.modelVersion(), encoder.preprocVersion());
        }
    }

    private static float[] vector(FeatureCache cache, ImageEncoder encoder, Path path, byte[] bytes) {
        try {
            return cache.getOrCompute(bytes, encoder).embedding().toArray();
        } catch (RuntimeException e) {
            throw new CliException(path + ": " + Messages.oneLine(e));
        }
    }

    private static byte[] bytes(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new CliException("no such file: " + path);
        }
        try (ImageStream stream =
                ImageInput.of(List.of(path.toString()), null, System.in).open()) {
            ImageItem item = stream.next();
            if (item != null) {
                return item.read(MAX_IMAGE_BYTES);
            }
        } catch (IOException e) {
            throw new CliException("cannot read " + path + ": " + Messages.oneLine(e));
        }
        throw new CliException("no picture in " + path);
    }

    /** A query from the text side of the model whose image side made the vectors, opened with the same options. */
    private Query textQuery(String words) {
        EncoderOptions options = model.encoderOptions(1, 1);
        String name = model.name();
        try (TextEncoder encoder = TextEncoders.open(name, options);
                FeatureCache cache = store.cache(store.open(), 0)) {
            String imageVersion = encoder.imageModelVersion()
                    .orElseThrow(() -> new CliException(
                            name + ": its vectors of texts cannot be compared with vectors of pictures"));
            String preprocVersion = TextEncoders.imagePreprocVersion(name, options);
            float[] vector = cache.getOrCompute(words.getBytes(StandardCharsets.UTF_8), encoder)
                    .embedding()
                    .toArray();
            return new Query(words, null, vector, imageVersion, preprocVersion);
        }
    }

    private void report(SearchResult result) throws IOException {
        if (html != null) {
            result.writeHtml(html, pictures, model.pixelOptions().maxPixels());
        }
        if (json) {
            result.printJson();
        } else {
            result.printText();
        }
    }
}
