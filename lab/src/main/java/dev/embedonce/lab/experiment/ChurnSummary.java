package dev.embedonce.lab.experiment;

import dev.embedonce.lab.corpus.Churn;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;

/**
 * One strategy under one kind of churn, over all cycles.
 *
 * @param rows in order of the cycle, the first included
 */
public record ChurnSummary(Churn churn, Strategy strategy, List<ChurnRow> rows) {
    public ChurnSummary {
        rows = rows.stream().sorted(Comparator.comparingInt(ChurnRow::cycle)).toList();
        if (rows.size() < 2) {
            throw new IllegalArgumentException(churn + " " + strategy + ": " + rows.size() + " cycles");
        }
    }

    /** Picks the rows of one strategy under one kind of churn. */
    public static ChurnSummary of(List<ChurnRow> all, Churn churn, Strategy strategy) {
        return new ChurnSummary(
                churn,
                strategy,
                all.stream()
                        .filter(row -> row.churn() == churn && row.strategy() == strategy)
                        .toList());
    }

    /** The sum of a quantity over all cycles. */
    public double total(ToDoubleFunction<ChurnRow> what) {
        return rows.stream().mapToDouble(what).sum();
    }

    /** The running sum of a quantity, one number for each cycle. */
    public List<Double> cumulative(ToDoubleFunction<ChurnRow> what) {
        List<Double> sums = new ArrayList<>();
        double sum = 0;
        for (ChurnRow row : rows) {
            sum += what.applyAsDouble(row);
            sums.add(sum);
        }
        return sums;
    }

    /** The mean of a quantity over the cycles after the first. */
    public double steady(ToDoubleFunction<ChurnRow> what) {
        return rows.stream().skip(1).mapToDouble(what).average().orElseThrow();
    }

    /** Wrong answers in all cycles. */
    public long wrong() {
        return rows.stream().mapToLong(row -> row.wrong().bitDifferent()).sum();
    }

    /** Wrong answers with a cosine below {@link Truth#SAME_DIRECTION} in all cycles. */
    public long misdirected() {
        return rows.stream().mapToLong(row -> row.wrong().misdirected()).sum();
    }

    /** Answers in all cycles. */
    public long answers() {
        return rows.stream().mapToLong(ChurnRow::images).sum();
    }

    /**
     * After how many cycles this strategy has, in total, cost less than {@code other}, and stays so; empty if it never
     * does.
     */
    public OptionalInt breakEven(ChurnSummary other, ToDoubleFunction<ChurnRow> cost) {
        List<Double> own = cumulative(cost);
        List<Double> others = other.cumulative(cost);
        int from = own.size();
        while (from > 0 && own.get(from - 1) < others.get(from - 1)) {
            from--;
        }
        return from == own.size() ? OptionalInt.empty() : OptionalInt.of(from + 1);
    }
}
