package dev.embedonce.spark.internal.step;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.apache.spark.sql.Row;

/** Answers rows batch by batch, lazily: a partition is never held whole. */
final class Batches implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final int size;
    private final Function<List<Row>, List<Row>> answers;
    private final Deque<Row> ready = new ArrayDeque<>();

    Batches(Iterator<Row> rows, int size, Function<List<Row>, List<Row>> answers) {
        this.rows = rows;
        this.size = size;
        this.answers = answers;
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && rows.hasNext()) {
            List<Row> batch = new ArrayList<>(size);
            while (batch.size() < size && rows.hasNext()) {
                batch.add(rows.next());
            }
            ready.addAll(answers.apply(batch));
        }
        return !ready.isEmpty();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return ready.remove();
    }
}
