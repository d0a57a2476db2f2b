package dev.embedonce.engine.schedule.internal;

/**
 * How many tokens of a prompt to prefill between two decode steps of others: as many as take about as long as such a
 * step, so that nobody's tokens come much more slowly during the prefill of a long prompt. Not thread-safe.
 */
final class ChunkSize {
    private static final int LEAST = 16;
    private static final double STEPS = 1.0;
    private static final double WEIGHT = 0.1;

    private final int most;
    private double stepNanos;
    private double nanosEachToken;

    ChunkSize(int most) {
        this.most = most;
    }

    /** A decode step took so long. */
    void step(long nanos) {
        stepNanos = mean(stepNanos, (double) nanos);
    }

    /** The prefill of so many tokens took so long. */
    void chunk(int tokens, long nanos) {
        if (tokens >= Math.min(LEAST, most)) {
            nanosEachToken = mean(nanosEachToken, (double) nanos / tokens);
        }
    }

    private static double mean(double before, double now) {
        return before == 0 ? now : (1 - WEIGHT) * before + WEIGHT * now;
    }

    /**
     * How many of the tokens that are left to prefill now.
     *
     * @param othersWait whether others decode only after that
     */
    int next(int left, boolean othersWait) {
        int tokens = Math.min(left, most);
        if (!othersWait || nanosEachToken == 0 || stepNanos == 0) {
            return tokens;
        }
        return Math.min(tokens, Math.max(LEAST, (int) Math.min(most, STEPS * stepNanos / nanosEachToken)));
    }
}
