package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.runtime.InPlaceState;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Sequences, each with a row of kept keys and values. Rows stay dense: when one leaves, the last takes its place. Not thread-safe.
 *
 * @param <R> the kind of sequence
 */
final class DenseRows<R extends DenseRows.Row> {
    private final Class<R> type;
    private final KeptRows kept;
    private final List<R> rows = new ArrayList<>();

    /** No rows yet, over memory that is theirs. */
    DenseRows(Class<R> type, KeptRows kept) {
        this.type = type;
        this.kept = kept;
    }

    /** A sequence with a row. */
    interface Row extends Sequence {
        /** Positions of its row that are in use. */
        int used();

        /** What it holds beside its row. */
        Map<String, Tensor> beside();
    }

    /**
     * A sequence's row.
     *
     * @throws IllegalArgumentException if it has none
     */
    R of(Sequence sequence) {
        if (type.isInstance(sequence) && rows.contains(sequence)) {
            return type.cast(sequence);
        }
        throw new IllegalArgumentException("the sequence is not one of this batch, or was removed");
    }

    int number(Sequence sequence) {
        return rows.indexOf(sequence);
    }

    /** The rows up to one number. */
    List<R> upTo(int number) {
        return List.copyOf(rows.subList(0, number + 1));
    }

    /** Adds a row with room for so many tokens. */
    R add(R row, int roomTokens) {
        kept.reserve(rows.size() + 1, roomTokens);
        rows.add(row);
        return row;
    }

    /** Adds a row that begins with the first positions of another. */
    R addCopy(R row, int roomTokens, Sequence like, int tokens) {
        add(row, roomTokens);
        kept.copy(number(like), rows.size() - 1, tokens);
        return row;
    }

    /** Puts a sequence in the place of another, whose positions stay as they are. */
    R replace(Sequence before, R row, int roomTokens) {
        kept.reserve(rows.size(), roomTokens);
        rows.set(number(before), row);
        return row;
    }

    void remove(Sequence sequence) {
        int at = number(of(sequence));
        int last = rows.size() - 1;
        if (at != last) {
            kept.copy(last, at, rows.get(last).used());
            rows.set(at, rows.get(last));
        }
        rows.remove(last);
    }

    /** Makes room for so many tokens in every row. */
    void reserve(int tokens) {
        kept.reserve(rows.size(), tokens);
    }

    /** The graph's states over {@code count} rows from {@code first} on. */
    List<InPlaceState> states(int first, int count) {
        return kept.states(first, count);
    }

    /** Bytes of memory that rows and sequences hold. */
    long bytes() {
        long beside = rows.stream()
                .flatMap(row -> row.beside().values().stream())
                .mapToLong(Tensor::sizeBytes)
                .sum();
        return kept.bytes() + beside;
    }

    void clear() {
        rows.clear();
    }
}
