package dev.embedonce.bench.suite;

import dev.embedonce.bench.fixture.Embed;
import dev.embedonce.bench.fixture.EmbedProbe;
import dev.embedonce.bench.fixture.KnownFolder;
import dev.embedonce.bench.fixture.MemoryProbe.Memory;
import dev.embedonce.bench.fixture.Parallel;
import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Contender;
import dev.embedonce.bench.measure.Findings;
import dev.embedonce.bench.measure.Measured;
import dev.embedonce.bench.measure.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code embed} over known files, and its memory, as their number grows. */
public final class EmbedGrowth implements Benchmark {
    public static final String NAME = "files";

    /** The unit of the lines that make the figure. */
    public static final String UNIT = "us a file";

    private static final String ALONE = "read and hash alone";
    private static final String EMBED = "embed";
    private static final String AT = Growth.AT;

    /** Files are smaller than elsewhere, so that a hundred thousand fit on a small disk. */
    private static final int SMALLER = 5;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Result run(Workbench bench) throws Exception {
        Path folder = bench.emptyFolder(NAME);
        int cores = Runtime.getRuntime().availableProcessors();
        List<Integer> levels = bench.scale().folders();
        int bytes = bench.scale().pictureBytes() / SMALLER;
        int most = levels.get(levels.size() - 1);
        KnownFolder all = KnownFolder.make(folder, most, levels.get(0), bytes, bench.seed());
        Findings findings = new Findings(
                        NAME, "The command embed over known files, and its memory, as they become more")
                .parameter("files", levels)
                .parameter("fileBytes", bytes)
                .parameter("rows", most)
                .parameter("cores", cores)
                .note(
                        "Wall time divided by files, in a Java machine that is warm; opening the model and the store is in it."
                                + " Memory is that of a process of its own with a heap of 64 MiB, after a run: its heap after a"
                                + " collection, and all memory of its own that is no file's, the heap counted whole.");
        List<Double> micros = new ArrayList<>();
        List<Double> mibs = new ArrayList<>();
        for (int level : levels) {
            KnownFolder some = all.first(level);
            Measured measured = measure(bench, some, cores);
            findings.compare(UNIT, ALONE + AT + level, measured.renamed(who -> who + AT + level));
            micros.add(measured.median(EMBED));
            Memory memory = EmbedProbe.start(some);
            findings.alone(EMBED + AT + level + ", heap", "MiB", memory.heapMib());
            findings.alone(EMBED + AT + level + ", memory of its own", "MiB", memory.ownMib());
            mibs.add(memory.ownMib());
        }
        return findings.growsAtMost(Growth.MOST, "embed: cost of a file, most files / fewest files, at most", micros)
                .growsAtMost(Growth.MOST, "embed: memory of its own, most files / fewest files, at most", mibs)
                .result();
    }

    private static Measured measure(Workbench bench, KnownFolder some, int cores) throws Exception {
        int count = some.files().size();
        List<List<Path>> shares = some.split(cores);
        try (Parallel all = new Parallel(cores)) {
            return bench.rounds()
                    .run(List.of(
                            Contender.micros(ALONE, count, () -> all.each(shares, KnownFolder::readAndHash)),
                            Contender.micros(EMBED, count, () -> Embed.run(some.folder(), some.store()))));
        }
    }
}
