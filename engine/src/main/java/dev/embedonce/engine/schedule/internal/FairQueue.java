package dev.embedonce.engine.schedule.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * First come, first served within a tenant. Among tenants the next is the one that has had least time, as {@link
 * #charge}d; equal ones take turns, and so do all where nothing is charged. Time cannot be saved up: a tenant that had
 * nothing waiting begins with as much as the one had that was served last. Not thread-safe.
 *
 * @param <T> what waits
 */
final class FairQueue<T> {
    private final Map<String, ArrayDeque<T>> waiting = new LinkedHashMap<>();
    /** Nanoseconds that each tenant has had, including those that it could not save up. */
    private final Map<String, Long> had = new HashMap<>();
    /** The time of the tenant that was served last, before it was. */
    private long level;

    private int size;

    void add(String tenant, T value) {
        queue(tenant).add(value);
    }

    /** Puts back a value that was polled, as its tenant's next. */
    void putBack(String tenant, T value) {
        queue(tenant).addFirst(value);
    }

    private ArrayDeque<T> queue(String tenant) {
        size++;
        return waiting.computeIfAbsent(tenant, t -> {
            had.merge(t, level, Math::max);
            return new ArrayDeque<>();
        });
    }

    /** The next one, or null; its tenant goes to the end of the round. */
    @Nullable
    T poll() {
        String turn = null;
        long least = Long.MAX_VALUE;
        for (String tenant : waiting.keySet()) {
            long time = had.getOrDefault(tenant, 0L);
            if (turn == null || time < least) {
                turn = tenant;
                least = time;
            }
        }
        ArrayDeque<T> queue = turn == null ? null : waiting.remove(turn);
        if (turn == null || queue == null) {
            return null;
        }
        level = least;
        T next = queue.poll();
        if (!queue.isEmpty()) {
            waiting.put(turn, queue);
        }
        size--;
        return next;
    }

    /** Adds the time that serving a tenant took. */
    void charge(String tenant, long nanos) {
        had.merge(tenant, nanos, Long::sum);
    }

    /** Takes out all that match. */
    List<T> removeIf(Predicate<T> condition) {
        List<T> removed = new ArrayList<>();
        for (Iterator<ArrayDeque<T>> queues = waiting.values().iterator(); queues.hasNext(); ) {
            ArrayDeque<T> queue = queues.next();
            for (Iterator<T> values = queue.iterator(); values.hasNext(); ) {
                T value = values.next();
                if (condition.test(value)) {
                    removed.add(value);
                    values.remove();
                }
            }
            if (queue.isEmpty()) {
                queues.remove();
            }
        }
        size -= removed.size();
        return removed;
    }

    /** All that wait. */
    List<T> values() {
        List<T> values = new ArrayList<>();
        waiting.values().forEach(values::addAll);
        return values;
    }

    int size() {
        return size;
    }
}
