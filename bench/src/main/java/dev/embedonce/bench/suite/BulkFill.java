package dev.embedonce.bench.suite;

import dev.embedonce.bench.fixture.ArticleProcess;
import dev.embedonce.bench.fixture.FillTimes;
import dev.embedonce.bench.fixture.GrowingStores;
import dev.embedonce.bench.fixture.Known;
import dev.embedonce.bench.fixture.Pictures;
import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Findings;
import dev.embedonce.bench.measure.Result;
import java.nio.file.Path;

/** Filling stores from empty to very many rows, side by side, block after block. */
final class BulkFill implements Benchmark {
    private static final double MICROS = 1e6;

    @Override
    public String name() {
        return "fill";
    }

    @Override
    public Result run(Workbench bench) throws Exception {
        bench.stores().full();
        Findings findings = new Findings(
                        name(), "Filling stores, from an entry in memory to a row that survives the process")
                .parameter("rows", bench.scale().rows())
                .parameter("dimension", 384)
                .note("Each line's spread is over blocks of rows; the check is over the whole fill, closing included.");
        add(findings, bench.stores(), "sqlite", 40_000);
        add(findings, bench.stores(), "duckdb", 30_000);
        ArticleProcess article = bench.article();
        if (article.present()) {
            Path folder = bench.emptyFolder(name());
            Pictures pictures = bench.pictures();
            article.load(Known.fill("sqlite:" + folder.resolve("same.db"), pictures, bench.seed()));
            article.open("fill", folder.resolve("article.duckdb"), false);
            findings.alone(
                    "article's class, one by one, hashing included",
                    "rows a second",
                    MICROS / article.fillMicros("fill", pictures.count()));
            article.close("fill");
        }
        return findings.result();
    }

    private static void add(Findings findings, GrowingStores stores, String scheme, int target) {
        FillTimes times = stores.fillTimes(scheme);
        findings.alone(scheme, "rows a second", times.blocks())
                .check(scheme + ", rows a second over the whole fill, at least", target, true, times.overall());
    }
}
