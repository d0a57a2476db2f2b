package dev.embedonce.lab.report;

import dev.embedonce.lab.corpus.Churn;
import dev.embedonce.lab.data.LabResults;
import dev.embedonce.lab.experiment.AuditRow;
import dev.embedonce.lab.experiment.ChurnRow;
import dev.embedonce.lab.experiment.ChurnSummary;
import dev.embedonce.lab.experiment.PassRow;
import dev.embedonce.lab.experiment.Strategy;
import dev.embedonce.lab.experiment.Truth;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Numbers drawn from the results: everything that the report claims is computed here. */
record Findings(LabResults results) {
    static final ToDoubleFunction<ChurnRow> ENCODER = row -> row.phases().encode();
    static final ToDoubleFunction<ChurnRow> WALL = row -> row.phases().wall();

    ChurnSummary churn(Churn churn, Strategy strategy) {
        return ChurnSummary.of(results.churn(), churn, strategy);
    }

    PassRow pass(String store, String pass) {
        return results.passes().stream()
                .filter(row -> row.store().equals(store) && row.pass().equals(pass))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no pass " + pass + " over " + store));
    }

    /** How many times as fast the warm pass is as the cold one. */
    double warmSpeedUp(String store) {
        return pass(store, "cold").phases().wall()
                / pass(store, "warm").phases().wall();
    }

    /** The cache's overhead in the first pass: its own phases as a share of a pass without it. */
    double coldOverhead(String store) {
        var phases = pass(store, "cold").phases();
        return (phases.hash() + phases.lookup() + phases.store())
                / pass("-", "none").phases().wall();
    }

    OptionalInt breakEven(Churn churn, Strategy strategy, ToDoubleFunction<ChurnRow> cost) {
        return churn(churn, strategy).breakEven(churn(churn, Strategy.NONE), cost);
    }

    /** The share of encoder time that a strategy saves over all cycles. */
    double saved(Churn churn, Strategy strategy) {
        return 1
                - churn(churn, strategy).total(ENCODER)
                        / churn(churn, Strategy.NONE).total(ENCODER);
    }

    /** The share of encodings that a strategy saves over all cycles: a count, the same on every machine. */
    double encodingsSaved(Churn churn, Strategy strategy) {
        ChurnSummary summary = churn(churn, strategy);
        return 1 - summary.total(ChurnRow::encoded) / summary.answers();
    }

    /** Wrong answers of a strategy under every kind of churn. */
    long wrong(Strategy strategy) {
        return Stream.of(Churn.values())
                .mapToLong(churn -> churn(churn, strategy).wrong())
                .sum();
    }

    private static Stream<Churn> newPixels() {
        return Stream.of(Churn.values()).filter(churn -> churn != Churn.RECOMPRESSED);
    }

    /** Wrong answers where pixels change. */
    long wrongUnderNewPixels(Strategy strategy) {
        return newPixels().mapToLong(churn -> churn(churn, strategy).wrong()).sum();
    }

    /** Encodings where pixels change. */
    long encodedUnderNewPixels(Strategy strategy) {
        return newPixels()
                .mapToLong(churn -> (long) churn(churn, strategy).total(ChurnRow::encoded))
                .sum();
    }

    /** Wrong answers with a cosine below {@link Truth#SAME_DIRECTION}. */
    long misdirected(Strategy strategy) {
        return Stream.of(Churn.values())
                .mapToLong(churn -> churn(churn, strategy).misdirected())
                .sum();
    }

    long answers(Strategy strategy) {
        return Stream.of(Churn.values())
                .mapToLong(churn -> churn(churn, strategy).answers())
                .sum();
    }

    /** The encodings that a strategy saves, as a share of those that pHash saves. */
    double shareOfPhashHits(Churn churn) {
        return encodingsSaved(churn, Strategy.OURS) / encodingsSaved(churn, Strategy.PHASH);
    }

    AuditRow audit(String change) {
        return results.audit().stream()
                .filter(row -> row.change().startsWith(change))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no audit of '" + change + "'"));
    }
}
