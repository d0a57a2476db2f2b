package dev.embedonce.engine.schedule;

import java.util.HashMap;
import java.util.Map;

/**
 * How many answers may be under way or waiting, in all and for one tenant, and how long to wait when there are too
 * many. Thread-safe.
 */
public final class Admission {
    private final int most;
    private final int mostOfOneTenant;
    private final Map<String, Integer> ofTenants = new HashMap<>();
    private int all;
    private double secondsEach = 1;

    /**
     * An admission without requests.
     *
     * @param mostOfOneTenant at least 1
     */
    public Admission(int most, int mostOfOneTenant) {
        this.most = most;
        this.mostOfOneTenant = mostOfOneTenant;
    }

    /** The places of one request's answers, until it is closed. */
    public final class Place implements AutoCloseable {
        private final String tenant;
        private final int answers;
        private final long start = System.nanoTime();
        private boolean closed;

        private Place(String tenant, int answers) {
            this.tenant = tenant;
            this.answers = answers;
        }

        @Override
        public void close() {
            synchronized (Admission.this) {
                if (!closed) {
                    closed = true;
                    all -= answers;
                    ofTenants.compute(tenant, (t, n) -> n == null || n <= answers ? null : n - answers);
                    secondsEach = 0.9 * secondsEach + 0.1 * (System.nanoTime() - start) / 1e9;
                }
            }
        }
    }

    /**
     * Lets a request in.
     *
     * @throws FullException if there is no place
     */
    public synchronized Place enter(String tenant, int answers) {
        int own = ofTenants.getOrDefault(tenant, 0);
        if (all + answers > most || own + answers > mostOfOneTenant) {
            throw new FullException((int) Math.min(60, Math.max(1, Math.ceil(secondsEach))));
        }
        all += answers;
        ofTenants.put(tenant, own + answers);
        return new Place(tenant, answers);
    }

    /** Answers under way or waiting. */
    public synchronized int size() {
        return all;
    }

    /** There is no place now. */
    public static final class FullException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int retryAfterSeconds;

        FullException(int retryAfterSeconds) {
            super("too many requests are waiting; try again in " + retryAfterSeconds + " s");
            this.retryAfterSeconds = retryAfterSeconds;
        }

        /** How long one request takes at the moment, 1 to 60 s. */
        public int retryAfterSeconds() {
            return retryAfterSeconds;
        }
    }
}
