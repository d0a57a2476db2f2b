package dev.embedonce.lab.report;

import java.util.Locale;
import java.util.OptionalInt;

/** Numbers for people. */
final class Words {
    private Words() {}

    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    static String percent(double share) {
        double percent = 100 * share;
        String pattern =
                Math.abs(percent - Math.rint(percent)) < 1e-9 ? "%.0f %%" : percent < 0.1 ? "%.4f %%" : "%.1f %%";
        return String.format(Locale.ROOT, pattern, percent);
    }

    /** Three significant digits. */
    static String seconds(double seconds) {
        if (seconds >= 100) {
            return String.format(Locale.ROOT, "%,.0f s", seconds);
        }
        return String.format(Locale.ROOT, seconds >= 10 ? "%.1f s" : seconds >= 0.1 ? "%.2f s" : "%.3f s", seconds);
    }

    static String micros(double micros) {
        return String.format(Locale.ROOT, micros >= 100 ? "%,.0f \u00b5s" : "%.1f \u00b5s", micros);
    }

    static String times(double factor) {
        return String.format(
                Locale.ROOT, factor >= 100 ? "%,.0f\u00d7" : factor >= 10 ? "%.1f\u00d7" : "%.2f\u00d7", factor);
    }

    static String cycle(OptionalInt cycle) {
        return cycle.isPresent() ? "cycle " + cycle.getAsInt() : "never";
    }

    /** A count with its noun in the singular or plural. */
    static String plural(long count, String one, String many) {
        return count(count) + " " + (count == 1 ? one : many);
    }
}
