package dev.embedonce.cli.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Keeps the best of the rows that pass by: a heap that never holds more than are wanted. Equal scores: the earlier row
 * is better.
 */
final class TopHits {
    private static final Comparator<Hit> BEST_FIRST =
            Comparator.comparingDouble(Hit::cosine).reversed().thenComparingLong(Hit::row);

    private final int wanted;
    private final PriorityQueue<Hit> worstFirst = new PriorityQueue<>(BEST_FIRST.reversed());
    private long seen;
    private long withoutDirection;

    TopHits(int wanted) {
        this.wanted = wanted;
    }

    void add(Hit hit) {
        seen++;
        if (Double.isNaN(hit.cosine())) {
            withoutDirection++;
            return;
        }
        Hit worst = worstFirst.peek();
        if (worstFirst.size() < wanted) {
            worstFirst.add(hit);
        } else if (worst != null && BEST_FIRST.compare(hit, worst) < 0) {
            worstFirst.remove();
            worstFirst.add(hit);
        }
    }

    /** Rows that passed by. */
    long seen() {
        return seen;
    }

    /** Rows among them whose vector is zero or not finite, so that it has no angle with anything. */
    long withoutDirection() {
        return withoutDirection;
    }

    /** The best, best first. */
    List<Hit> best() {
        List<Hit> best = new ArrayList<>(worstFirst);
        best.sort(BEST_FIRST);
        return best;
    }
}
