package dev.embedonce.cli.pictures;

import dev.embedonce.cli.input.ImageInput;
import dev.embedonce.cli.options.ModelOptions;
import dev.embedonce.cli.options.StoreOptions;
import dev.embedonce.cli.output.OutputFile;
import dev.embedonce.cli.pictures.PictureReader.Result;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.embed.ImageStream;
import dev.embedonce.feature.CacheStats;
import dev.embedonce.store.StoreUrl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code embedonce near-duplicates}. */
@Command(
        name = "near-duplicates",
        description = {
            "Find pictures that are the same or nearly so, and prove it.",
            "Perceptual hashes propose pairs; vectors, from the cache or encoded once, decide. Changes and deletes nothing."
        },
        footer = {
            "",
            "Examples:",
            "  embedonce near-duplicates photos/ --html duplicates.html",
            "  embedonce near-duplicates photos/ scans/ --hamming 6 --verify 'cosine>=0.95' --csv pairs.csv"
        })
public final class NearDuplicatesCommand implements Callable<Integer> {
    private static final String NONE = "none";
    private static final int LISTED_FAILURES = 20;

    @Parameters(
            arity = "1..*",
            paramLabel = "FOLDER",
            description = "Folders, files, globs, or - for a list of files on standard input.")
    private List<String> inputs = List.of();

    @Option(
            names = "--hamming",
            paramLabel = "BITS",
            defaultValue = "4",
            description =
                    "Hashes of candidates differ in at most this many of 64 bits, 0 to 8. Default: ${DEFAULT-VALUE}.")
    private int hamming = 4;

    @Option(
            names = "--verify",
            paramLabel = "RULE",
            defaultValue = "cosine>=0.98",
            description = {
                "What the vectors of a pair must say: 'cosine>=NUMBER'. Default: '${DEFAULT-VALUE}'.",
                "'none' takes the hashes' word for it, which makes duplicates of pictures that are not."
            })
    private String verify = "cosine>=0.98";

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private StoreOptions store = new StoreOptions();

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page of the pictures side by side to FILE.")
    private @Nullable Path html;

    @Option(names = "--csv", paramLabel = "FILE", description = "Write all pairs with their numbers to FILE.")
    private @Nullable Path csv;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "16",
            description = "Images to encode at once. Default: ${DEFAULT-VALUE}.")
    private int batch = 16;

    @Option(names = "--threads", paramLabel = "N", description = "Images in work at once. Default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--max-pairs",
            paramLabel = "N",
            defaultValue = "2000000",
            description = "Give up beyond this many candidate pairs. Default: ${DEFAULT-VALUE}.")
    private int maxPairs = 2_000_000;

    @Option(
            names = "--max-file-bytes",
            paramLabel = "SIZE",
            defaultValue = "256MB",
            description = "Refuse larger files. Default: ${DEFAULT-VALUE}.")
    private String maxFileBytes = "256MB";

    @Option(names = "--strict", description = "Exit with status 1 if any image could not be read.")
    private boolean strict;

    @Option(names = "--json", description = "Print the result as one JSON object on standard output.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        PictureReader.requireThreads(threads);
        if (batch < 1) {
            throw new CliException("--batch must be at least 1");
        }
        CandidateSearch search = new CandidateSearch(hamming, maxPairs);
        boolean verified = !verify.strip().equals(NONE);
        double threshold = verified ? VectorCheck.threshold(verify) : Double.NaN;
        long maxBytes = StoreUrl.parseBytes("--max-file-bytes", maxFileBytes);
        long maxPixels = model.pixelOptions().maxPixels();
        if (html != null) {
            OutputFile.check(html, "--html", ".html");
        }
        if (csv != null) {
            OutputFile.check(csv, "--csv", ".csv");
        }
        ImageInput input = input();
        NearDuplicates found;
        try (VectorCheck vectors =
                verified ? new VectorCheck(model, store, threshold, threads, batch, maxBytes) : null) {
            found = find(input, new PictureReader(maxPixels, maxBytes), search, vectors);
        }
        report(found, maxPixels, maxBytes);
        return strict && !found.failures().isEmpty() ? ExitCodes.FOUND_PROBLEMS : ExitCodes.OK;
    }

    private ImageInput input() {
        for (String argument : inputs) {
            // pictures are read up to three times, so they have to be files
            if (argument.toLowerCase(Locale.ROOT).matches(".*\\.(parquet|csv)")) {
                throw new CliException("near-duplicates takes folders, files, globs and lists, no tables: " + argument);
            }
        }
        return ImageInput.of(inputs, null, System.in);
    }

    private NearDuplicates find(
            ImageInput input, PictureReader reader, CandidateSearch search, @Nullable VectorCheck vectors)
            throws IOException {
        long start = System.nanoTime();
        List<HashedPicture> pictures = new ArrayList<>();
        List<Result.Failed> failures = new ArrayList<>();
        try (ImageStream images = input.open();
                Console.Progress progress = new Console.Progress("hashing")) {
            InOrder.run(images::next, reader::read, threads, result -> {
                if (result instanceof Result.Read read) {
                    pictures.add(read.picture());
                } else {
                    failures.add((Result.Failed) result);
                }
                progress.step();
            });
        }
        CandidateSearch.Found found = search.run(pictures);
        List<Pair> near = vectors == null ? found.near() : vectors.check(found.near(), pictures);
        List<Pair> duplicates = NearDuplicates.duplicates(found.exact(), near, vectors != null);
        return new NearDuplicates(
                pictures,
                failures,
                found.exact(),
                near,
                hamming,
                vectors == null ? null : verification(vectors),
                Clusters.of(pictures, duplicates),
                (System.nanoTime() - start) / 1e9);
    }

    private NearDuplicates.Verification verification(VectorCheck vectors) {
        CacheStats stats = vectors.stats();
        return new NearDuplicates.Verification(
                verify.replaceAll("\\s", ""),
                vectors.modelVersion(),
                vectors.preprocVersion(),
                vectors.store(),
                stats.hits() + stats.pixelHits(),
                stats.encoded());
    }

    private void report(NearDuplicates found, long maxPixels, long maxBytes) throws IOException {
        List<Result.Failed> failures = found.failures();
        for (Result.Failed failure : failures.subList(0, Math.min(LISTED_FAILURES, failures.size()))) {
            Console.warn("not hashed: %s: %s", failure.path(), failure.reason());
        }
        if (failures.size() > LISTED_FAILURES) {
            Console.warn("... and %,d more (all of them with --json)", failures.size() - LISTED_FAILURES);
        }
        NearDuplicatesOutput output = new NearDuplicatesOutput(found);
        if (csv != null) {
            output.writeCsv(csv);
        }
        if (html != null) {
            output.writeHtml(html, maxPixels, maxBytes, threads);
        }
        if (json) {
            output.printJson();
        } else {
            output.printText();
        }
    }
}
