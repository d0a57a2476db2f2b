package dev.embedonce.cli.lab;

import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.lab.Lab;
import dev.embedonce.lab.LabListener.Progress;
import dev.embedonce.lab.LabOptions;
import dev.embedonce.lab.Scale;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code embedonce lab}. */
@Command(
        name = "lab",
        description = {
            "Rerun the article's experiments on this software: data, tables, figures and a report.",
            "An interrupted run goes on where it was; what is finished is kept in OUT/work."
        },
        footer = {"", "Example:", "  embedonce lab --quick --out lab"})
public final class LabCommand implements Callable<Integer> {
    @Option(names = "--quick", description = "Fewer pictures and cycles: about 3 minutes on two cores (the default).")
    private boolean quick;

    @Option(names = "--full", description = "The article's numbers: about 25 minutes on two cores.")
    private boolean full;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            defaultValue = "embedonce-lab",
            description = "Where everything goes. Default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("embedonce-lab");

    @Option(
            names = "--modelnet",
            paramLabel = "DIR",
            description = "A ModelNet40 folder; without it, meshes of ten classes are made.")
    private @Nullable Path modelNet;

    @Option(names = "--images", paramLabel = "DIR", description = "Photos instead of rendered meshes.")
    private @Nullable Path images;

    @Option(
            names = {"-m", "--encoder"},
            paramLabel = "MODEL",
            defaultValue = "default",
            description = "'default', a model folder or a name on the hub. Default: ${DEFAULT-VALUE}.")
    private String encoder = "default";

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Threads. Default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of everything that is drawn by lot; the same seed gives the same counts.")
    private long seed = LabOptions.DEFAULT_SEED;

    @Option(
            names = "--python",
            paramLabel = "COMMAND",
            defaultValue = "python3",
            description = "Runs the article's class beside, if it has duckdb. Default: ${DEFAULT-VALUE}.")
    private String python = "python3";

    @Option(names = "--fresh", description = "Begin anew instead of going on where a run was.")
    private boolean fresh;

    private String lastStep = "";

    @Override
    public Integer call() {
        if (quick && full) {
            throw new CliException("--quick and --full exclude each other");
        }
        LabOptions.Builder options = LabOptions.builder()
                .scale(full ? Scale.FULL : Scale.QUICK)
                .out(out)
                .encoder(encoder)
                .threads(threads)
                .seed(seed)
                .python(python)
                .fresh(fresh);
        if (modelNet != null) {
            options.modelNet(modelNet);
        }
        if (images != null) {
            options.images(images);
        }
        Path report = Lab.run(options.build(), this::show);
        end();
        System.out.println(report);
        return ExitCodes.OK;
    }

    /** A line that is redrawn on a terminal, a line for each step elsewhere. */
    private void show(Progress progress) {
        if (Boolean.getBoolean("embedonce.terminal")) {
            System.err.print(String.format(
                    Locale.ROOT,
                    "\r\u001b[K%3.0f %%  %d/%d %s%s",
                    100 * progress.fraction(),
                    progress.number(),
                    progress.steps(),
                    progress.step(),
                    left(progress.left())));
            System.err.flush();
        } else if (!progress.step().equals(lastStep)) {
            System.err.println(progress.number() + "/" + progress.steps() + " " + progress.step());
        }
        lastStep = progress.step();
    }

    private static String left(@Nullable Duration left) {
        return left == null ? "" : String.format(Locale.ROOT, ", %d:%02d left", left.toMinutes(), left.toSecondsPart());
    }

    private static void end() {
        if (Boolean.getBoolean("embedonce.terminal")) {
            System.err.print("\r\u001b[K");
        }
    }
}
