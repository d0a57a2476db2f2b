package dev.embedonce.server.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;

/**
 * Closes connections that keep others out. The head (request line and headers) of a connection's next request must be
 * complete within one time, a body within another; bytes that trickle in extend neither. When there are too many
 * connections, the one that has been idle for longest is closed: whoever opens many loses their own. Thread-safe.
 */
final class ConnectionGuard implements Connection.Listener, AutoCloseable {
    private static final Duration MOST_BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final int most;
    private final Duration head;
    private final Map<Connection, Phase> connections = new ConcurrentHashMap<>();
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(ConnectionGuard::daemon);

    /** What a connection is doing. */
    private enum Kind {
        /** Idle: it is new, or its last request has been answered. */
        WAITING,
        /** The body of its request is arriving. */
        BODY,
        /** Its request is being answered. */
        ANSWER
    }

    /** Since when and until when at most a connection does something, as {@link System#nanoTime}. */
    private record Phase(Kind kind, long since, long until) {
        static Phase of(Kind kind, Duration within) {
            long now = System.nanoTime();
            return new Phase(kind, now, now + within.toNanos());
        }

        boolean isOver(long now) {
            return kind != Kind.ANSWER && now - until > 0;
        }

        boolean isBefore(Phase other) {
            return since - other.since < 0;
        }
    }

    /**
     * Starts a guard.
     *
     * @param most connections
     * @param head the longest time for the head of a request, from connecting or the last answer on
     */
    ConnectionGuard(int most, Duration head) {
        this.most = most;
        this.head = head;
        long between = Math.max(1, Math.min(MOST_BETWEEN_LOOKS.toMillis(), head.toMillis() / 4));
        var unused = looks.scheduleWithFixedDelay(this::look, between, between, TimeUnit.MILLISECONDS);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "embedonce-http-guard");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void onOpened(Connection connection) {
        connections.put(connection, Phase.of(Kind.WAITING, head));
        if (connections.size() > most) {
            endLongestWaiting();
        }
    }

    @Override
    public void onClosed(Connection connection) {
        connections.remove(connection);
    }

    /** Notes that a connection is idle. */
    void waits(Connection connection) {
        enter(connection, Phase.of(Kind.WAITING, head));
    }

    /** Notes that the body of a connection's request is arriving, which may take so long. */
    void reads(Connection connection, Duration within) {
        enter(connection, Phase.of(Kind.BODY, within));
    }

    /** Notes that a connection's request is being answered. */
    void answers(Connection connection) {
        enter(connection, Phase.of(Kind.ANSWER, Duration.ZERO));
    }

    private void enter(Connection connection, Phase phase) {
        connections.computeIfPresent(connection, (same, before) -> phase);
    }

    private void endLongestWaiting() {
        connections.entrySet().stream()
                .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
                .filter(entry -> entry.getValue().kind == Kind.WAITING)
                .reduce((a, b) -> b.getValue().isBefore(a.getValue()) ? b : a)
                .ifPresent(longest -> end(longest.getKey(), longest.getValue()));
    }

    private void look() {
        long now = System.nanoTime();
        connections.forEach((connection, phase) -> {
            if (phase.isOver(now)) {
                end(connection, phase);
            }
        });
    }

    /** Closes a connection if it is still in that phase. */
    private void end(Connection connection, Phase phase) {
        if (connections.remove(connection, phase)) {
            connection.getEndPoint().close();
        }
    }

    /** Ends the guard. */
    @Override
    public void close() {
        looks.shutdownNow();
    }
}
