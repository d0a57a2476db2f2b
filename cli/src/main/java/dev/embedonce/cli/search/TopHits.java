package dev.embedonce.cli.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Keeps the best of the rows that it is given, in a heap that never holds more than are wanted. Of equal scores the
 * earlier row is better.
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

    /** How many rows it was given. */
    long seen() {
        return seen;
    }

    /** How many of them have a vector that is zero or not finite, and so no direction. */
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
