package dev.embedonce.bench.suite;

import dev.embedonce.bench.fixture.Embed;
import dev.embedonce.bench.fixture.KnownFolder;
import dev.embedonce.bench.fixture.Launcher;
import dev.embedonce.bench.fixture.Parallel;
import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Contender;
import dev.embedonce.bench.measure.Findings;
import dev.embedonce.bench.measure.Measured;
import dev.embedonce.bench.measure.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code embed} over a folder that the cache knows, beside reading and hashing its files. */
final class EmbedWarm implements Benchmark {
    private static final String ALONE = "read and hash alone";
    private static final String EMBED = "embed, warm Java machine";
    private static final String PARQUET = "embed to Parquet, warm Java machine";
    private static final String PROCESS = "embed, a process of its own";
    /** Enough runs that the JIT compiles nothing more, command line parsing included. */
    private static final int WARM_UP = 10;

    private static final int FILES_A_FOLDER = 1_000;
    private static final double MICROS_PER_MILLI = 1e3;

    @Override
    public String name() {
        return "folder";
    }

    @Override
    public Result run(Workbench bench) throws Exception {
        Path folder = bench.emptyFolder(name());
        int cores = Runtime.getRuntime().availableProcessors();
        int count = bench.scale().files();
        KnownFolder known =
                KnownFolder.make(folder, count, FILES_A_FOLDER, bench.scale().pictureBytes(), bench.seed());
        Findings findings = new Findings(name(), "The command embed over files that the cache knows, on all cores")
                .parameter("files", count)
                .parameter("fileBytes", bench.scale().pictureBytes())
                .parameter("cores", cores)
                .note("Wall time divided by files, which are in the system's page cache. Reading and hashing is given"
                        + " the list of files; the command finds them itself, and opens its store within the time. A process"
                        + " of its own starts a Java machine too and compiles its code as it goes.");
        for (int run = 0; run < WARM_UP; run++) {
            Embed.run(known.folder(), known.store());
        }
        try (Parallel all = new Parallel(cores)) {
            List<List<Path>> shares = known.split(cores);
            List<Contender> contenders = new ArrayList<>(List.of(
                    Contender.micros(ALONE, count, () -> all.each(shares, KnownFolder::readAndHash)),
                    Contender.micros(EMBED, count, () -> Embed.run(known.folder(), known.store())),
                    Contender.micros(
                            PARQUET,
                            count,
                            () -> Embed.run(
                                    known.folder(),
                                    known.store(),
                                    "--out",
                                    folder.resolve("vectors.parquet").toString()))));
            Optional<Launcher> launcher = Launcher.find(folder);
            launcher.ifPresentOrElse(
                    found -> contenders.add(process(found, known)), () -> findings.note(Launcher.MISSING));
            Measured measured = bench.rounds().run(contenders);
            findings.compare("us a file", ALONE, measured)
                    .check(ALONE + " / " + EMBED + ", at least", 0.85, true, measured.ratios(ALONE, EMBED))
                    .check(ALONE + " / " + PARQUET + ", at least", 0.6, true, measured.ratios(ALONE, PARQUET));
        }
        return findings.result();
    }

    private static Contender process(Launcher launcher, KnownFolder known) {
        Contender whole = launcher.millis(PROCESS, () -> Embed.arguments(known.folder(), known.store()));
        return new Contender(
                PROCESS,
                () -> whole.measure().once() * MICROS_PER_MILLI / known.files().size());
    }
}
