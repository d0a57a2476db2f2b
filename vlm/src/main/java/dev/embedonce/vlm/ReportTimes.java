package dev.embedonce.vlm;

import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Source;
import java.time.Duration;
import java.util.List;

/**
 * Divides the time of one call among its pictures: those that were encoded share preparing and encoding, all share the
 * rest.
 *
 * @param sharedNanos each picture's part of hashing and looking up
 * @param encodedNanos what each encoded picture's part is besides
 */
record ReportTimes(long sharedNanos, long encodedNanos) {
    /** @param nanos that the whole call took */
    static ReportTimes of(List<Outcome> outcomes, long nanos) {
        long encoded = outcomes.stream().filter(ReportTimes::isEncoded).count();
        if (encoded == 0) {
            return new ReportTimes(nanos / outcomes.size(), 0);
        }
        return new ReportTimes(0, nanos / encoded);
    }

    private static boolean isEncoded(Outcome outcome) {
        return outcome instanceof Outcome.Served served && served.source() == Source.ENCODED;
    }

    Duration of(Outcome.Served served) {
        return Duration.ofNanos(sharedNanos + (isEncoded(served) ? encodedNanos : 0));
    }
}
