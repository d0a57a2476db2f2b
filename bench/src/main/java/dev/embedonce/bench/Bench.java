package dev.embedonce.bench;

import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Check;
import dev.embedonce.bench.measure.Result;
import dev.embedonce.bench.report.DocsPage;
import dev.embedonce.bench.report.GrowthFigure;
import dev.embedonce.bench.report.Machine;
import dev.embedonce.bench.report.Markdown;
import dev.embedonce.bench.report.Report;
import dev.embedonce.bench.report.Reports;
import dev.embedonce.bench.suite.Benchmark;
import dev.embedonce.bench.suite.EmbedGrowth;
import dev.embedonce.bench.suite.Growth;
import dev.embedonce.bench.suite.Suite;
import dev.embedonce.lab.data.Environment;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs benchmarks, writes a JSON file for each, and puts their tables into the documentation. */
public final class Bench {
    private final BenchOptions options;
    private final Reports reports;
    private final PrintStream out;

    Bench(BenchOptions options, PrintStream out) {
        this.options = options;
        this.reports = new Reports(options.results());
        this.out = out;
    }

    public static void main(String[] arguments) throws Exception {
        BenchOptions options;
        try {
            options = BenchOptions.parse(
                    arguments, Suite.all().stream().map(Benchmark::name).toList());
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        Bench bench = new Bench(options, System.out);
        bench.run();
        if (options.docs()) {
            bench.document();
        }
    }

    /** Runs the chosen benchmarks. If the run resumes, those that have a report of this scale are skipped. */
    void run() throws Exception {
        List<Benchmark> chosen = new ArrayList<>();
        for (Benchmark benchmark : Suite.all()) {
            if (options.chosen(benchmark.name()) && !(options.resume() && isDone(benchmark.name()))) {
                chosen.add(benchmark);
            }
        }
        double load = Environment.load();
        Path work = Files.createDirectories(options.work());
        try (Workbench bench = new Workbench(
                options.scale(), options.seed(), Files.createTempDirectory(work, "run"), options.python(), false)) {
            bench.article().missing().ifPresent(why -> out.println("without the article's class: " + why));
            for (Benchmark benchmark : chosen) {
                long start = System.nanoTime();
                Result result = benchmark.run(bench);
                Report report = new Report(result, machine(bench, load));
                reports.write(report);
                out.println("\n== " + benchmark.name() + ", " + (System.nanoTime() - start) / 1_000_000_000 + " s\n");
                out.println(Markdown.table(report));
                result.checks().forEach(check -> out.println(said(check)));
                out.flush();
            }
        }
    }

    private static String said(Check check) {
        return (check.reached() ? "reached      " : "NOT REACHED  ") + check.claim() + " " + check.limit() + ": "
                + check.measured().median();
    }

    private boolean isDone(String name) throws IOException {
        Optional<Report> report = reports.read(name);
        return report.isPresent()
                && report.get().machine().scale().equals(options.scale().name());
    }

    private Machine machine(Workbench bench, double load) {
        Map<String, String> versions = new java.util.TreeMap<>(Versions.ofLibraries());
        versions.putAll(bench.article().versions());
        return Machine.here(options.commit(), options.scale().name(), options.seed(), load, versions);
    }

    /** Puts all available reports into the page. */
    void document() throws IOException {
        DocsPage page = new DocsPage(options.docsFolder().resolve("benchmarks.md"));
        List<Report> all = new ArrayList<>();
        for (Benchmark benchmark : Suite.all()) {
            Optional<Report> report = reports.read(benchmark.name());
            if (report.isPresent()) {
                all.add(report.get());
                page.fill(benchmark.name(), "\n" + Markdown.table(report.get()) + "\n");
                new Reports(options.docsFolder().resolve("benchmarks")).write(report.get());
                Path figures = options.docsFolder().resolve("benchmarks");
                if (benchmark.name().equals(Growth.NAME)) {
                    GrowthFigure.ofRows(report.get().result()).write(figures);
                } else if (benchmark.name().equals(EmbedGrowth.NAME)) {
                    GrowthFigure.ofFiles(report.get().result()).write(figures);
                }
            }
        }
        if (!all.isEmpty()) {
            page.fill("targets", "\n" + Markdown.targets(all) + "\n");
            page.fill("machine", "\n" + Markdown.machine(all.get(0).machine()) + "\n");
        }
    }
}
