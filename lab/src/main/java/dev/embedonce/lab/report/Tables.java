package dev.embedonce.lab.report;

import dev.embedonce.lab.corpus.Churn;
import dev.embedonce.lab.data.Environment;
import dev.embedonce.lab.data.LabResults;
import dev.embedonce.lab.experiment.AuditRow;
import dev.embedonce.lab.experiment.ChurnRow;
import dev.embedonce.lab.experiment.ChurnSummary;
import dev.embedonce.lab.experiment.PassRow;
import dev.embedonce.lab.experiment.Phases;
import dev.embedonce.lab.experiment.PhashAudit;
import dev.embedonce.lab.experiment.SideBySide;
import dev.embedonce.lab.experiment.Strategy;
import java.util.Locale;

/** The report's tables. */
final class Tables {
    private final Findings findings;
    private final LabResults results;
    private final Html html;

    Tables(Findings findings, Html html) {
        this.findings = findings;
        this.results = findings.results();
        this.html = html;
    }

    /** Table 1. */
    void strategies() {
        html.tableStart(
                "Table 1. Strategies, over all cycles. Silently wrong: answers that are not the encoder's vector for these bytes.",
                "strategy",
                "not encoded, later cycles",
                "encodings",
                "encoder time",
                "wall, one later cycle",
                "silently wrong",
                "of these, cosine < 0.999");
        for (Churn churn : Churn.values()) {
            html.group(7, churn.label());
            for (Strategy strategy : Strategy.values()) {
                ChurnSummary of = findings.churn(churn, strategy);
                html.row(
                        of.wrong() > 0 ? "bad" : strategy == Strategy.OURS ? "best" : "",
                        strategy.label(),
                        Words.percent(of.steady(ChurnRow::hitRate)),
                        Words.count((long) of.total(ChurnRow::encoded)),
                        Words.seconds(of.total(Findings.ENCODER)),
                        Words.seconds(of.steady(Findings.WALL)),
                        of.wrong() == 0 ? "no" : "YES: " + Words.count(of.wrong()) + " of " + Words.count(of.answers()),
                        Words.count(of.misdirected()));
            }
        }
        html.tableEnd();
    }

    /** Cold and warm passes. */
    void passes() {
        html.tableStart(
                "Cold and warm pass over " + Words.count(results.passes().get(0).images()) + " images.",
                "pass",
                "wall",
                "processor",
                "encoder",
                "decode, resize",
                "hash",
                "look up",
                "store",
                "one look-up, p50",
                "wrong");
        for (PassRow row : results.passes()) {
            Phases p = row.phases();
            html.row(
                    "",
                    row.pass().equals("none") ? "no cache" : row.pass() + ", " + row.store(),
                    Words.seconds(p.wall()),
                    Words.seconds(p.processor()),
                    Words.seconds(p.encode()),
                    Words.seconds(p.prepare()),
                    Words.seconds(p.hash()),
                    Words.seconds(p.lookup()),
                    Words.seconds(p.store()),
                    row.lookupP50Micros() > 0 ? Words.micros(row.lookupP50Micros()) : "",
                    Words.count(row.wrong().bitDifferent()));
        }
        html.tableEnd();
    }

    /** Table 2. */
    void invalidation() {
        html.tableStart(
                "Table 2. What makes an entry stale or spoils it, and what notices.",
                "what happens",
                "noticed",
                "wrong answers",
                "noticed by",
                "when",
                "takes, p50",
                "stale by path",
                "stale by path, size, time");
        for (AuditRow row : results.audit()) {
            html.row(
                    row.wrong() > 0 ? "bad" : "",
                    row.change(),
                    row.noticed() + " of " + row.images(),
                    Words.count(row.wrong()),
                    row.by(),
                    row.when(),
                    Words.micros(row.detectMicros()),
                    optional(row.stalePathKey()),
                    optional(row.stalePathSizeTimeKey()));
        }
        html.tableEnd();
    }

    private static String optional(int value) {
        return value < 0 ? "" : Words.count(value);
    }

    /** The pHash audit. */
    void phash() {
        PhashAudit.Result audit = results.phash();
        html.tableStart(
                "Pairs that pHash calls duplicates, among " + Words.count(audit.crossObjectPairs())
                        + " pairs of different objects (" + Words.count(audit.allPairs()) + " pairs in all). No cap.",
                "bits apart, at most",
                "different objects",
                "different classes",
                "rate",
                "expected in 50K images",
                "in 1M images",
                "median cosine",
                "lowest cosine",
                "claims that are right");
        for (PhashAudit.Within within : audit.within()) {
            html.row(
                    "",
                    String.valueOf(within.distance()),
                    Words.count(within.crossObject()),
                    Words.count(within.crossCategory()),
                    Words.percent(audit.rate(within)),
                    Words.count(Math.round(audit.expected(within, 50_000))),
                    Words.count(Math.round(audit.expected(within, 1_000_000))),
                    within.crossObject() == 0 ? "" : decimal(within.medianCosine()),
                    within.crossObject() == 0 ? "" : decimal(within.lowestCosine()),
                    Words.count(within.agreeing()) + " of " + Words.count(within.pairs()) + " ("
                            + Words.percent(within.precision()) + ")");
        }
        html.tableEnd();
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /** Ours and the article's class. */
    void sideBySide() {
        SideBySide.Result side = results.sideBySide();
        html.tableStart(
                "The cache alone, with ready-made vectors: the article's class and ours in the same run, median of three rounds.",
                "cache",
                "store",
                "asked",
                "pass",
                "time",
                "per image");
        for (SideBySide.Row row : side.rows()) {
            html.row(
                    "",
                    row.who().equals("article") ? "article's class (our rewrite)" : "EmbedOnce",
                    row.store(),
                    row.call(),
                    row.pass(),
                    Words.seconds(row.seconds()),
                    Words.micros(1e6 * row.seconds() / row.images()));
        }
        html.tableEnd();
    }

    /** Table 3. */
    void reproducibility() {
        Environment e = results.environment();
        html.tableStart("Table 3. Reproducibility.", "what", "this run", "article");
        html.row("", "processor", e.processor() + ", " + e.cores() + " cores", "Tesla T4, 15 GB");
        html.row("", "memory, load when the run began", e.memoryGib() + " GiB, " + e.loadAverage(), "");
        html.row("", "system, Java", e.system() + ", " + e.java(), "Linux, Python, torch 2.11.0+cu126");
        html.row(
                "",
                "encoder",
                e.encoder() + ": " + e.modelVersion() + " (" + e.runtime() + ", " + e.encoderThreads()
                        + " threads, batch " + e.batchSize() + ")",
                "facebook/dinov2-small, 384-dim");
        html.row("", "preprocessing", e.preprocVersion(), "resize224-imnet");
        html.row("", "pictures", e.corpus(), "1,600 ModelNet40 view renders: 10 classes, 20 meshes, 8 views");
        html.row("", "digest of the pictures", e.corpusDigest(), "");
        html.row("", "seed, scale, started", e.seed() + ", " + e.scale() + ", " + e.started(), "");
        html.row("", "article's class", String.valueOf(results.sideBySide().versions()), "duckdb 1.5.2, numpy 2.2.6");
        html.row("", "again", "embedonce lab --" + e.scale() + " --seed " + e.seed(), "python code/main.py --full");
        html.tableEnd();
    }
}
