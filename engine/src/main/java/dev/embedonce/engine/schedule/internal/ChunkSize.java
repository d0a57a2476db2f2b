package dev.embedonce.engine.schedule.internal;

/**
 * How many tokens of a prompt to read between two steps of others' answers: as many as take about as long as such a
 * step does, so that nobody's tokens come much more slowly while a long prompt is read. Not thread-safe.
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

    /** A step of answers took so long. */
    void step(long nanos) {
        stepNanos = mean(stepNanos, (double) nanos);
    }

    /** Reading so many tokens took so long. */
    void chunk(int tokens, long nanos) {
        if (tokens >= Math.min(LEAST, most)) {
            nanosEachToken = mean(nanosEachToken, (double) nanos / tokens);
        }
    }

    private static double mean(double before, double now) {
        return before == 0 ? now : (1 - WEIGHT) * before + WEIGHT * now;
    }

    /**
     * How many of the tokens that are left to read now.
     *
     * @param othersWait whether others' answers go on only after that
     */
    int next(int left, boolean othersWait) {
        int tokens = Math.min(left, most);
        if (!othersWait || nanosEachToken == 0 || stepNanos == 0) {
            return tokens;
        }
        return Math.min(tokens, Math.max(LEAST, (int) Math.min(most, STEPS * stepNanos / nanosEachToken)));
    }
}
