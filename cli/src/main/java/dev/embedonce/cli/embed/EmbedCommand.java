package dev.embedonce.cli.embed;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.cache.UncachedFeatures;
import dev.embedonce.cli.input.ImageInput;
import dev.embedonce.cli.options.ModelOptions;
import dev.embedonce.cli.options.StoreOptions;
import dev.embedonce.cli.output.VectorRow;
import dev.embedonce.cli.output.VectorWriter;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.cli.terminal.Messages;
import dev.embedonce.embed.EmbedPipeline;
import dev.embedonce.embed.ImageResult;
import dev.embedonce.embed.ImageStream;
import dev.embedonce.embed.Tally;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.feature.FeatureProvider;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code embedonce embed}. */
@Command(
        name = "embed",
        description = {
            "Turn images into vectors; encode only what was never encoded before.",
            "Images are told by their content. What cannot be read is listed and does not stop the run."
        },
        footer = {
            "",
            "Examples:",
            "  embedonce embed photos/ --out vectors.parquet",
            "  embedonce embed 'photos/**/*.jpg' --out vectors.npy --store sqlite:my-cache.db",
            "  find photos -name '*.png' | embedonce embed - --out vectors.jsonl"
        })
public final class EmbedCommand implements Callable<Integer> {

    @Parameters(
            arity = "1..*",
            paramLabel = "INPUT",
            description =
                    "Folders, files, globs, tables (.parquet or .csv with image bytes or paths), or - for a list of files on standard input.")
    private List<String> inputs = List.of();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Write the vectors to FILE: .parquet, .npy (with a .csv of rows) or .jsonl.")
    private @Nullable Path out;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private StoreOptions store = new StoreOptions();

    @Option(names = "--no-cache", description = "Keep nothing and encode everything; equal files of a batch once.")
    private boolean noCache;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "16",
            description = "Images to encode at once. Default: ${DEFAULT-VALUE}.")
    private int batch = 16;

    @Option(names = "--threads", paramLabel = "N", description = "Images in work at once. Default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--column", paramLabel = "NAME", description = "The column of a table that holds the images.")
    private @Nullable String column;

    @Option(
            names = "--max-file-bytes",
            paramLabel = "SIZE",
            defaultValue = "256MB",
            description = "Refuse larger files. Default: ${DEFAULT-VALUE}.")
    private String maxFileBytes = "256MB";

    @Option(names = "--strict", description = "Exit with status 1 if any image could not be embedded.")
    private boolean strict;

    @Option(names = "--json", description = "Print the result as one JSON object on standard output.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress, no summary; failures and warnings only.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        if (batch < 1 || threads < 1) {
            throw new CliException("--batch and --threads must be at least 1");
        }
        long maxBytes = StoreUrl.parseBytes("--max-file-bytes", maxFileBytes);
        ImageInput input = ImageInput.of(inputs, column, System.in);
        try (Interruption interruption = new Interruption();
                ImageEncoder encoder = model.open(batch, 1)) {
            if (noCache) {
                return embed(input, new UncachedFeatures(), encoder, null, maxBytes, interruption);
            }
            try (CacheStore opened = store.open();
                    FeatureCache cache = store.cache(opened, 0)) {
                return embed(input, cache, encoder, opened.description(), maxBytes, interruption);
            }
        }
    }

    private int embed(
            ImageInput input,
            FeatureProvider features,
            ImageEncoder encoder,
            @Nullable String storeName,
            long maxBytes,
            Interruption interruption)
            throws IOException {
        List<RunReport.Failure> failures = new ArrayList<>();
        EmbedPipeline pipeline = EmbedPipeline.builder(features, encoder)
                .workers(threads)
                .batch(batch)
                .maxImageBytes(maxBytes)
                .build();
        Tally tally = pipeline.tally();
        interruption.onSignal(pipeline::stop);
        long start = System.nanoTime();
        boolean interrupted;
        try (VectorWriter writer = VectorWriter.to(out, encoder.dimension());
                ImageStream images = input.open()) {
            Progress progress = quiet ? null : new Progress(tally, input::count, System.err, isTerminal());
            try {
                pipeline.run(images, result -> keep(result, writer, encoder, failures));
            } finally {
                if (progress != null) {
                    progress.close();
                }
            }
            interrupted = interruption.happened();
            if (!interrupted) {
                writer.commit();
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            RunReport report = new RunReport(
                    tally,
                    features.stats(),
                    seconds,
                    failures,
                    encoder.modelVersion(),
                    encoder.preprocVersion(),
                    encoder.dimension(),
                    storeName,
                    out == null ? null : out.toString(),
                    interrupted);
            print(report);
        }
        return strict && tally.failed() > 0 ? ExitCodes.FOUND_PROBLEMS : ExitCodes.OK;
    }

    private static void keep(
            ImageResult result, VectorWriter writer, ImageEncoder encoder, List<RunReport.Failure> failures)
            throws IOException {
        if (result instanceof ImageResult.Embedded embedded) {
            Entry entry = embedded.served().entry();
            Provenance provenance = entry.provenance();
            writer.write(new VectorRow(
                    embedded.path(),
                    embedded.served().contentHash().hex(),
                    provenance.width(),
                    provenance.height(),
                    encoder.modelVersion(),
                    encoder.preprocVersion(),
                    embedded.status(),
                    embedded.embedding()));
        } else {
            ImageResult.Failed failed = (ImageResult.Failed) result;
            failures.add(new RunReport.Failure(failed.path(), Messages.oneLine(failed.error())));
        }
    }

    private void print(RunReport report) {
        report.printFailures(System.err);
        if (json) {
            report.printJson(System.out);
        } else if (!quiet) {
            report.printText(System.out);
        }
    }

    /** The launcher knows whether standard error is a terminal; Java does not. */
    private static boolean isTerminal() {
        return Boolean.getBoolean("embedonce.terminal");
    }
}
