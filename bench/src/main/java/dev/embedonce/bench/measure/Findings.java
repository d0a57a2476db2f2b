package dev.embedonce.bench.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects a benchmark's result. Targets whose contenders did not take part are left out. Not thread-safe. */
public final class Findings {
    private final String benchmark;
    private final String title;
    private final Map<String, Object> parameters = new LinkedHashMap<>();
    private final List<Row> rows = new ArrayList<>();
    private final List<Check> checks = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    public Findings(String benchmark, String title) {
        this.benchmark = benchmark;
        this.title = title;
    }

    public Findings parameter(String name, Object value) {
        parameters.put(name, value);
        return this;
    }

    public Findings note(String note) {
        notes.add(note);
        return this;
    }

    /** Adds the costs of contenders, each beside {@code baseline}, which is one of them. */
    public Findings compare(String unit, String baseline, Measured measured) {
        measured.values()
                .forEach((name, own) -> rows.add(
                        new Row(name, unit, Spread.of(own), Spread.of(measured.ratios(name, baseline)), baseline)));
        return this;
    }

    /** Adds numbers that are compared with nothing. */
    public Findings alone(String name, String unit, double... values) {
        rows.add(new Row(name, unit, Spread.of(values), null, null));
        return this;
    }

    /** The target: {@code who} costs at most {@code limit} times as much as {@code other}. */
    public Findings atMostTimes(double limit, Measured measured, String who, String other) {
        return ratio(who + " / " + other + ", at most", limit, false, measured, who, other);
    }

    /** The target: {@code who} costs at least {@code limit} times as much as {@code other}. */
    public Findings atLeastTimes(double limit, Measured measured, String who, String other) {
        return ratio(who + " / " + other + ", at least", limit, true, measured, who, other);
    }

    private Findings ratio(String claim, double limit, boolean atLeast, Measured measured, String who, String other) {
        if (measured.has(who) && measured.has(other)) {
            checks.add(new Check(claim, limit, atLeast, Spread.of(measured.ratios(who, other))));
        }
        return this;
    }

    /** A target for numbers of any kind. */
    public Findings check(String claim, double limit, boolean atLeast, double... values) {
        checks.add(new Check(claim, limit, atLeast, Spread.of(values)));
        return this;
    }

    /** The target: the last of the values is at most {@code limit} times the first. */
    public Findings growsAtMost(double limit, String claim, List<Double> values) {
        return check(claim, limit, false, values.get(values.size() - 1) / values.get(0));
    }

    public Result result() {
        return new Result(benchmark, title, parameters, rows, checks, notes);
    }
}
