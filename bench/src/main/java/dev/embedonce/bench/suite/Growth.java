package dev.embedonce.bench.suite;

import dev.embedonce.bench.fixture.ArticleProcess;
import dev.embedonce.bench.fixture.GrowingStores;
import dev.embedonce.bench.fixture.Hashing;
import dev.embedonce.bench.fixture.Known;
import dev.embedonce.bench.fixture.MemoryProbe;
import dev.embedonce.bench.fixture.WarmCache;
import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Contender;
import dev.embedonce.bench.measure.Findings;
import dev.embedonce.bench.measure.Measured;
import dev.embedonce.bench.measure.Result;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A warm pass, and its memory, as the stores grow. */
public final class Growth implements Benchmark {
    public static final String NAME = "growth";

    /** The unit of the lines that make the figure. */
    public static final String UNIT = "us a picture";

    /** Stands between a contender's name and the number of rows. */
    public static final String AT = " at ";

    /** The most at the last level, as a multiple of the first. */
    static final double MOST = 1.2;

    private static final int ARTICLE_LOOKUPS = 16;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Result run(Workbench bench) throws Exception {
        GrowingStores stores = bench.stores();
        List<Integer> levels = bench.scale().levels();
        Findings findings = new Findings(NAME, "A warm pass, and the memory of one, as the stores grow")
                .parameter("levels", levels)
                .parameter("pictureBytes", bench.scale().pictureBytes())
                .note("Memory is that of a process of its own after a warm pass: its heap after a collection, and all"
                        + " memory of its own that is no file's (heap as reserved, native code, the database's).");
        Map<String, List<Double>> beyondHashing = new LinkedHashMap<>();
        Map<String, List<Double>> heaps = new LinkedHashMap<>();
        for (int level = 0; level < levels.size(); level++) {
            if (stores.beyond(level)) {
                throw new IllegalStateException("growth has to run before the benchmarks that need all rows");
            }
            Known known = stores.grow(level);
            String at = AT + levels.get(level);
            Measured measured = pass(bench, known);
            findings.compare(UNIT, Hashing.NAME + at, measured.renamed(who -> who + at));
            for (String who : List.of("sqlite", "duckdb")) {
                beyondHashing
                        .computeIfAbsent(who, w -> new ArrayList<>())
                        .add(measured.median(who) / measured.median(Hashing.NAME));
                MemoryProbe.Memory memory = MemoryProbe.start(stores.url(who), known.pictures());
                findings.alone(who + at + ", heap", "MiB", memory.heapMib());
                findings.alone(who + at + ", memory of its own", "MiB", memory.ownMib());
                heaps.computeIfAbsent(who, w -> new ArrayList<>()).add(memory.ownMib());
            }
        }
        beyondHashing.forEach((who, ratios) ->
                findings.growsAtMost(MOST, who + ": cost beside hashing, most rows / fewest rows, at most", ratios));
        heaps.forEach((who, mibs) ->
                findings.growsAtMost(MOST, who + ": memory of its own, most rows / fewest rows, at most", mibs));
        return findings.result();
    }

    private static Measured pass(Workbench bench, Known known) throws Exception {
        GrowingStores stores = bench.stores();
        ArticleProcess article = bench.article();
        try (WarmCache sqlite = WarmCache.storeOnly(stores.url("sqlite"), known);
                WarmCache duckdb = WarmCache.storeOnly(stores.url("duckdb"), known)) {
            List<Contender> contenders = new ArrayList<>(
                    List.of(Hashing.contender(known.pictures()), sqlite.together("sqlite"), duckdb.together("duckdb")));
            if (article.present()) {
                article.load(known);
                article.open(NAME, stores.articleFile(), false);
                contenders.add(article.warm(
                        "article's class",
                        NAME,
                        Math.min(ARTICLE_LOOKUPS, known.pictures().count())));
            }
            return bench.rounds().run(contenders);
        } finally {
            if (article.present()) {
                article.close(NAME);
            }
        }
    }
}
