package dev.embedonce.vlm.decoder;

import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import java.util.ArrayList;
import java.util.List;

/**
 * Sequences, each with a row of a {@link SequenceMemory}. Rows stay dense: when one leaves, the last takes its place.
 * Not thread-safe.
 *
 * @param <R> the kind of sequence
 */
final class SequenceRows<R extends SequenceRows.Row> {
    private final Class<R> type;
    private final SequenceMemory memory;
    private final List<R> rows = new ArrayList<>();

    /** No rows yet, over memory that is theirs. */
    SequenceRows(Class<R> type, SequenceMemory memory) {
        this.type = type;
        this.memory = memory;
    }

    /** A sequence with a row. */
    interface Row extends Sequence {
        /** Tokens that its row has an entry for. */
        int used();

        /** Bytes that it holds beside its row. */
        long bytesBeside();
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
        memory.reserve(rows.size() + 1, roomTokens);
        rows.add(row);
        memory.restart(rows.size() - 1);
        return row;
    }

    /** Adds a row that begins with the first tokens of another, whose recurrent states are copied as they are. */
    R addCopy(R row, int roomTokens, Sequence like, int tokens) {
        add(row, roomTokens);
        memory.copy(number(like), rows.size() - 1, tokens);
        return row;
    }

    /** Puts a sequence in the place of another, whose row stays as it is. */
    R replace(Sequence before, R row, int roomTokens) {
        memory.reserve(rows.size(), roomTokens);
        rows.set(number(before), row);
        return row;
    }

    void remove(Sequence sequence) {
        int at = number(of(sequence));
        int last = rows.size() - 1;
        if (at != last) {
            memory.copy(last, at, rows.get(last).used());
            rows.set(at, rows.get(last));
        }
        rows.remove(last);
    }

    /** Makes room for so many tokens in every row. */
    void reserve(int tokens) {
        memory.reserve(rows.size(), tokens);
    }

    /** What all rows keep. */
    SequenceMemory memory() {
        return memory;
    }

    /** Bytes of memory that rows and sequences hold. */
    long bytes() {
        return memory.bytes() + rows.stream().mapToLong(Row::bytesBeside).sum();
    }

    void clear() {
        rows.clear();
    }
}
