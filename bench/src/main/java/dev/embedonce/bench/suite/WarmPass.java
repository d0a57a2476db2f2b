package dev.embedonce.bench.suite;

import dev.embedonce.bench.fixture.Hashing;
import dev.embedonce.bench.fixture.Known;
import dev.embedonce.bench.fixture.Parallel;
import dev.embedonce.bench.fixture.Pictures;
import dev.embedonce.bench.fixture.WarmCache;
import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Contender;
import dev.embedonce.bench.measure.Findings;
import dev.embedonce.bench.measure.Measured;
import dev.embedonce.bench.measure.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The article's own size: a warm pass over pictures in memory, with stores that hold only these. */
final class WarmPass implements Benchmark {
    private static final String DEFAULT = "sqlite, default settings";
    private static final String STORE = "sqlite, heap tier off";
    private static final String SINGLY = "sqlite, heap tier off, one by one";
    private static final String ARTICLE = "article's class";
    private static final String INDEXED = "article's class with an index";
    private static final String TWO = " (2 threads)";

    @Override
    public String name() {
        return "warm";
    }

    @Override
    public Result run(Workbench bench) throws Exception {
        Path folder = bench.emptyFolder(name());
        Pictures pictures = bench.pictures();
        Known known = Known.fill("sqlite:" + folder.resolve("cache.db"), pictures, bench.seed());
        Known.fill("duckdb:" + folder.resolve("cache.duckdb"), pictures, bench.seed());
        Findings findings = new Findings(
                        name(), "A warm pass over pictures in memory, in stores that hold these and nothing else")
                .parameter("pictures", pictures.count())
                .parameter("pictureBytes", bench.scale().pictureBytes());
        try (WarmCache byDefault = WarmCache.withDefaults("sqlite:" + folder.resolve("cache.db"), known);
                WarmCache storeOnly = WarmCache.storeOnly("sqlite:" + folder.resolve("cache.db"), known);
                WarmCache duckdb = WarmCache.storeOnly("duckdb:" + folder.resolve("cache.duckdb"), known);
                Parallel two = new Parallel(2)) {
            List<Contender> contenders = new ArrayList<>(List.of(
                    Hashing.contender(pictures),
                    byDefault.together(DEFAULT),
                    storeOnly.together(STORE),
                    storeOnly.singly(SINGLY),
                    duckdb.together("duckdb, heap tier off"),
                    Contender.micros(
                            Hashing.NAME + TWO,
                            pictures.count(),
                            () -> two.each(pictures.split(2), part -> Hashing.all(Hashing.sha256(), part))),
                    Contender.micros(
                            DEFAULT + TWO, pictures.count(), () -> two.each(pictures.split(2), byDefault::ask)),
                    Contender.micros(
                            STORE + TWO, pictures.count(), () -> two.each(pictures.split(2), storeOnly::ask))));
            contenders.addAll(articles(bench, known, folder, findings));
            Measured measured = bench.rounds().run(contenders);
            findings.compare("us a picture", Hashing.NAME, measured);
            targets(findings, measured);
        }
        if (bench.article().present()) {
            bench.article().close("warm");
            bench.article().close("warm-indexed");
        }
        return findings.result();
    }

    private static void targets(Findings findings, Measured measured) {
        findings.atMostTimes(1.25, measured, DEFAULT, Hashing.NAME)
                .atMostTimes(1.25, measured, STORE, Hashing.NAME)
                .atLeastTimes(14, measured, ARTICLE, DEFAULT)
                .atLeastTimes(14, measured, ARTICLE, STORE)
                .atLeastTimes(22, measured, ARTICLE, DEFAULT + TWO)
                .atLeastTimes(22, measured, ARTICLE, STORE + TWO);
    }

    private static List<Contender> articles(Workbench bench, Known known, Path folder, Findings findings) {
        var article = bench.article();
        if (!article.present()) {
            findings.note(
                    "The article's class took no part: " + article.missing().orElse("") + ".");
            return List.of();
        }
        article.load(known);
        article.open("warm", folder.resolve("article.duckdb"), false);
        article.open("warm-indexed", folder.resolve("article-indexed.duckdb"), true);
        for (String name : List.of("warm", "warm-indexed")) {
            article.fillMicros(name, known.pictures().count());
        }
        return List.of(
                article.warm(ARTICLE, "warm", known.pictures().count()),
                article.warm(INDEXED, "warm-indexed", known.pictures().count()));
    }
}
