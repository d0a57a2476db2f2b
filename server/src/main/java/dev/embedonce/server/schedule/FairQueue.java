package dev.embedonce.server.schedule;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * First come, first served within a tenant; tenants take turns. Not thread-safe.
 *
 * @param <T> what waits
 */
final class FairQueue<T> {
    private final Map<String, ArrayDeque<T>> waiting = new LinkedHashMap<>();
    private int size;

    void add(String tenant, T value) {
        waiting.computeIfAbsent(tenant, t -> new ArrayDeque<>()).add(value);
        size++;
    }

    /** The next one, or null; its tenant goes to the end of the round. */
    @Nullable
    T poll() {
        Iterator<Map.Entry<String, ArrayDeque<T>>> round = waiting.entrySet().iterator();
        if (!round.hasNext()) {
            return null;
        }
        Map.Entry<String, ArrayDeque<T>> turn = round.next();
        String tenant = turn.getKey();
        ArrayDeque<T> queue = turn.getValue();
        round.remove();
        T next = queue.poll();
        if (!queue.isEmpty()) {
            waiting.put(tenant, queue);
        }
        size--;
        return next;
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

    int size() {
        return size;
    }
}
