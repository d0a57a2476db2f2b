package dev.embedonce.bench.report;

import dev.embedonce.bench.measure.Check;
import dev.embedonce.bench.measure.Row;
import dev.embedonce.bench.measure.Spread;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Results as Markdown. */
public final class Markdown {
    private static final double SMALL = 10;
    private static final double MEDIUM = 100;

    private Markdown() {}

    /** One benchmark: its table, its notes, and its machine. */
    public static String table(Report report) {
        StringBuilder text = new StringBuilder();
        text.append(report.result().title())
                .append(" (")
                .append(parameters(report))
                .append("):\n\n");
        text.append("| | unit | median | quartiles | rounds | beside | times | min to max |\n");
        text.append("|---|---|---:|---|---:|---|---:|---|\n");
        report.result().rows().forEach(row -> text.append(line(row)));
        report.result().notes().forEach(note -> text.append('\n').append(note).append('\n'));
        Machine machine = report.machine();
        return text.append("\n`./bench/run")
                .append(machine.scale().equals("full") ? " " : " --" + machine.scale() + " ")
                .append(report.result().benchmark())
                .append("`, ")
                .append(machine.time())
                .append(", commit ")
                .append(machine.commit())
                .append(", load ")
                .append(number(machine.loadAverage()))
                .append(" when the run began.\n")
                .toString();
    }

    private static String parameters(Report report) {
        return report.result().parameters().entrySet().stream()
                .map(p -> p.getKey() + " " + value(p.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String value(Object value) {
        return value instanceof Number number
                ? String.format(Locale.ROOT, "%,d", number.longValue())
                : value.toString();
    }

    private static String line(Row row) {
        Spread value = row.value();
        Spread ratio = row.ratio();
        boolean same = row.contender().equals(row.ratioTo());
        return "| " + row.contender() + " | " + row.unit() + " | " + number(value.median()) + " | "
                + (value.count() == 1 ? "" : number(value.low()) + " to " + number(value.high())) + " | "
                + value.count() + " | "
                + (ratio == null || same
                        ? "| |"
                        : row.ratioTo() + " | " + number(ratio.median()) + " | " + number(ratio.min()) + " to "
                                + number(ratio.max()))
                + " |\n";
    }

    /** All targets and what was measured. */
    public static String targets(List<Report> reports) {
        StringBuilder text = new StringBuilder();
        text.append("| benchmark | target | | measured | min to max | |\n|---|---|---:|---:|---|---|\n");
        for (Report report : reports) {
            for (Check check : report.result().checks()) {
                Spread measured = check.measured();
                text.append("| ")
                        .append(report.result().benchmark())
                        .append(" | ")
                        .append(check.claim())
                        .append(" | ")
                        .append(number(check.limit()))
                        .append(" | ")
                        .append(number(measured.median()))
                        .append(" | ")
                        .append(measured.count() == 1 ? "" : number(measured.min()) + " to " + number(measured.max()))
                        .append(check.reached() ? " | reached |\n" : " | **not reached** |\n");
            }
        }
        return text.toString();
    }

    /** The machine of a report. */
    public static String machine(Machine machine) {
        String versions = machine.versions().entrySet().stream()
                .map(Map.Entry::toString)
                .map(v -> v.replace('=', ' '))
                .collect(Collectors.joining(", "));
        return machine.processor() + ", " + machine.cores() + " cores, " + number(machine.memoryGib()) + " GiB, "
                + machine.system() + "; " + machine.java() + ", heap of at most " + machine.maxHeapMib() + " MiB; "
                + versions + "; seed " + machine.seed() + ".\n";
    }

    private static String number(double value) {
        double size = Math.abs(value);
        String format = size < SMALL ? "%.2f" : size < MEDIUM ? "%.1f" : "%,.0f";
        return String.format(Locale.ROOT, format, value);
    }
}
