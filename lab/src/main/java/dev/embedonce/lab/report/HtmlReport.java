package dev.embedonce.lab.report;

import dev.embedonce.lab.corpus.Churn;
import dev.embedonce.lab.data.LabResults;
import dev.embedonce.lab.experiment.PhashAudit;
import dev.embedonce.lab.experiment.Strategy;
import dev.embedonce.lab.experiment.SweepRow;
import dev.embedonce.lab.figure.FigureWriter.Drawing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Writes the report: one self-contained file, for light and dark, wide and narrow screens. No scripts. */
final class HtmlReport {
    private static final String ARTICLE = "Stop Re-Embedding the Same Images";

    private HtmlReport() {}

    static Path write(LabResults results, List<Drawing> figures, Path file) throws IOException {
        Files.writeString(file, html(results, figures));
        return file;
    }

    private static String html(LabResults results, List<Drawing> figures) throws IOException {
        Findings findings = new Findings(results);
        Html html = new Html();
        Tables tables = new Tables(findings, html);
        head(html, results);
        claims(html, new Claims(findings).all());
        html.heading("key", "The key");
        figure(html, figures, 1);
        figure(html, figures, 6);
        html.heading("passes", "What the cache costs, and what it saves");
        tables.passes();
        figure(html, figures, 2);
        html.heading("churn", "The churn simulation");
        html.paragraph(churnText(results));
        figure(html, figures, 3);
        figure(html, figures, 4);
        tables.strategies();
        html.heading("phash", "The pHash trap");
        html.paragraph(phashText(results.phash()));
        tables.phash();
        figure(html, figures, 5);
        figure(html, figures, 8);
        html.heading("batch", "Batch sizes");
        html.paragraph(sweepText(results.sweep()));
        figure(html, figures, 7);
        html.heading("invalidation", "Invalidation");
        html.paragraph(
                "Each row: a cache of vectors is filled, the one thing is changed, and the cache is asked about all images. The other"
                        + " model is a small DINOv2 with random weights, made on the spot: another architecture, other weights, another"
                        + " dimension, not a precision variant. The last two columns say what a cache that goes by the file's path, or by path,"
                        + " size and time, would have answered wrongly.");
        tables.invalidation();
        html.heading("side-by-side", "Beside the article's class");
        sideBySide(html, tables, results);
        html.heading("article", "The article's numbers and ours");
        comparison(html, findings);
        html.heading("corrections", "Where the article's own arithmetic is off");
        html.list(corrections(results.phash()));
        html.heading("differences", "What differs from the article");
        html.list(differences(results));
        html.heading("reproducibility", "Reproducibility");
        tables.reproducibility();
        html.paragraph(
                "The tables behind all this lie beside this file, in data/ (CSV and environment.json); the figures, as SVG and PNG, in"
                        + " figures/.");
        html.markup("</main></body></html>");
        return html.toString();
    }

    private static void head(Html html, LabResults results) throws IOException {
        html.markup("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                + "<meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"data:,\">"
                + "<title>EmbedOnce lab</title><style>" + resource("report.css") + "</style></head><body><main>");
        html.markup("<h1>Never encode the same image twice: the evidence</h1>");
        html.paragraph("The experiments of the article \u201c" + ARTICLE
                + "\u201d, rerun on EmbedOnce. Every number below was measured in one run of"
                + " the lab (" + results.environment().scale() + " scale, "
                + results.environment().started() + ") on "
                + results.environment().corpus() + ".");
    }

    private static void claims(Html html, List<Claims.Claim> claims) {
        html.heading("claims", "What this run says");
        html.markup("<ul class=\"claims\">");
        for (Claims.Claim claim : claims) {
            html.markup("<li class=\"" + (claim.holds() ? "holds" : "fails") + "\"><b>"
                    + (claim.holds() ? "Holds" : "Not borne out") + ": " + Html.escape(claim.sentence()) + "</b> "
                    + Html.escape(claim.evidence()) + "</li>");
        }
        html.markup("</ul>");
    }

    private static void figure(Html html, List<Drawing> figures, int number) {
        html.markup(FigureMarkup.of(figures.get(number - 1)));
    }

    private static String churnText(LabResults results) {
        var first = results.churn().get(0);
        int cycles = results.churn().stream().mapToInt(row -> row.cycle()).max().orElse(0) + 1;
        int changed = results.churn().stream()
                .filter(row -> row.cycle() == 1)
                .mapToInt(row -> row.changed())
                .findFirst()
                .orElse(0);
        return "A pipeline embeds the same " + Words.count(first.images()) + " images in " + cycles
                + " cycles; before each but the first, "
                + Words.count(changed)
                + " of them change. Four kinds of change are kept apart, since they decide who is right: saved again with equal pixels;"
                + " re-encoded with loss; retouched in a few pixels; replaced. All strategies are asked about the very same bytes, one"
                + " after the other in rotating order, and every answer is compared with what the encoder says about these bytes"
                + " without a cache.";
    }

    private static String phashText(PhashAudit.Result audit) {
        return "As an exact key, pHash would answer " + Words.plural(audit.exactKeyVictims(), "picture", "pictures")
                + " of "
                + Words.count(audit.pictures())
                + " with another object's vector if it saw this corpus once. Larger distances matter to those who look for neighbours of a"
                + " hash. A claim of \u201cduplicate\u201d counts as right if the encoder sees no difference either (cosine 0.999 or more);"
                + " pairs of two views of one object are among the claims. pHash has its place beside the cache, as an index of look-alikes"
                + " whose finds are verified: embedonce near-duplicates.";
    }

    private static String sweepText(List<SweepRow> rows) {
        double cold = gain(rows, false);
        double warm = gain(rows, true);
        return "The best batch size is " + Words.times(cold) + " as fast as batches of one without a cache, and "
                + Words.times(warm)
                + " with nine images of ten known (article, on a GPU: 2\u00d7 and 1.4\u00d7). On a CPU an encoder gains little from batches.";
    }

    private static double gain(List<SweepRow> rows, boolean warm) {
        List<SweepRow> of =
                rows.stream().filter(row -> row.hitsWanted() > 0 == warm).toList();
        double best = of.stream().mapToDouble(SweepRow::imagesPerSecond).max().orElse(0);
        return best / of.get(0).imagesPerSecond();
    }

    private static void sideBySide(Html html, Tables tables, LabResults results) {
        String skipped = results.sideBySide().skipped();
        if (skipped != null) {
            html.paragraph("The article's class was not run: " + skipped + ".");
            return;
        }
        html.paragraph(
                "Our rewrite of the article's forty lines of Python, run in the same minutes over the same pictures. Vectors are"
                        + " handed to both ready-made, so that only the cache takes time. The article's class is asked one image at a time, which"
                        + " is its only way.");
        tables.sideBySide();
    }

    private static void comparison(Html html, Findings findings) {
        html.tableStart(
                "Numbers side by side. Times are of different machines and encoders; ratios and counts compare.",
                "what",
                "article",
                "this run");
        html.row("", "warm over cold, DuckDB", "19.18\u00d7", Words.times(findings.warmSpeedUp("duckdb")));
        html.row("", "warm over cold, SQLite", "", Words.times(findings.warmSpeedUp("sqlite")));
        html.row(
                "",
                "one look-up, p50, DuckDB",
                "511 \u00b5s",
                Words.micros(findings.pass("duckdb", "warm").lookupP50Micros()));
        html.row(
                "",
                "one look-up, p50, SQLite",
                "",
                Words.micros(findings.pass("sqlite", "warm").lookupP50Micros()));
        html.row(
                "",
                "what the cache adds to the first pass, DuckDB",
                "124 %",
                Words.percent(findings.coldOverhead("duckdb")));
        for (Strategy strategy : List.of(Strategy.SHA, Strategy.OURS)) {
            html.row(
                    "",
                    "break-even, encoder and wall time, " + strategy.label(),
                    strategy == Strategy.SHA ? "cycle 2, cycle 4" : "",
                    Words.cycle(findings.breakEven(Churn.RECOMPRESSED, strategy, Findings.ENCODER)) + ", "
                            + Words.cycle(findings.breakEven(Churn.RECOMPRESSED, strategy, Findings.WALL)));
            html.row(
                    "",
                    "encoder time saved, " + strategy.label() + ", files saved again",
                    strategy == Strategy.SHA ? "77 %" : "",
                    Words.percent(findings.saved(Churn.RECOMPRESSED, strategy)));
        }
        html.row("", "wrong answers, pHash", "not counted", Words.count(findings.wrong(Strategy.PHASH)));
        html.row("", "wrong answers, ours", "", Words.count(findings.wrong(Strategy.OURS)));
        PhashAudit.Within four = findings.results().phash().within().get(2);
        html.row(
                "",
                "cross-object pairs within 4 bits",
                "200 or more (the scan stopped there)",
                Words.count(four.crossObject()));
        html.row(
                "",
                "overwritten vector",
                "served",
                findings.audit("vector overwritten").noticed() + " of "
                        + findings.audit("vector overwritten").images() + " noticed");
        html.tableEnd();
    }

    private static List<String> corrections(PhashAudit.Result audit) {
        return List.of(
                "1,279,200 is the number of all pairs of 1,600 renders. Pairs of different objects are 1,273,600, since each of 200 objects has 28"
                        + " pairs of its own 8 views. (This run: " + Words.count(audit.allPairs()) + " and "
                        + Words.count(audit.crossObjectPairs()) + ".)",
                "A cache with the pHash as its key finds equal hashes only. It collides at Hamming distance 0, not at 4 or less; the larger"
                        + " distances concern those who look for neighbours of a hash.",
                "\u201cFrom 4.3 seconds to 2.3 seconds\u201d compares encoder time without a cache with the wall time of a whole cycle with one."
                        + " Like with like, the article's encoder time falls from 4.3 s to about 0.86 s a cycle, a fifth, as its 29.27 s"
                        + " in 30 cycles say.",
                "A pHash hit is right if the pixels are equal. What it gets wrong are new pixels that look alike, and look-alikes of other"
                        + " objects; so \u201cre-encoded\u201d has to be split into kinds, as above.");
    }

    private static List<String> differences(LabResults results) {
        return List.of(
                "Hardware: a CPU (" + results.environment().processor() + ", "
                        + results.environment().cores()
                        + " cores) instead of a Tesla T4. A slower encoder makes every saved encoding weigh more, so the ratios of warm to"
                        + " cold are larger here than on a GPU.",
                "Encoder: " + results.environment().encoder() + " ("
                        + results.environment().modelVersion().split("@", 2)[0] + ") instead of DINOv2-small.",
                "Pictures: " + results.environment().corpus()
                        + ". The article renders ModelNet40 meshes with Open3D; --modelnet renders those with our renderer.",
                "Encoder time here is the wall time of encoder calls, in which a batch is divided among the cores; the article's is GPU time.",
                "The cache's memory tier is off in all experiments: every hit is read from the store and its checksum verified.",
                "Machines are never quite idle: the processor column says how much work was done, the wall column how long it took.");
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
