package dev.embedonce.vlm.decoder;

import dev.embedonce.error.CacheException;
import dev.embedonce.graph.runtime.InPlaceState;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.layer.LayerState;
import dev.embedonce.vlm.decoder.layer.LayerState.Borrowed;
import dev.embedonce.vlm.decoder.layer.LayerState.PerToken;
import dev.embedonce.vlm.decoder.layer.LayerState.Recurrent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the layers of a model keep for sequences, a row each: a buffer for each {@link LayerState}. Room and rows grow
 * by copying. Not thread-safe.
 */
final class SequenceMemory {
    private static final int ROOM_STEP = 256;

    private final List<PerToken> perToken;
    private final List<Borrowed> borrowed;
    private final List<Recurrent> recurrent;
    private final int contextTokens;
    private int rows;
    private int room;
    private Map<LayerState, ByteBuffer> buffers = Map.of();

    /** Memory without rows. */
    SequenceMemory(List<? extends LayerState> states, int contextTokens) {
        this.perToken = states.stream()
                .filter(PerToken.class::isInstance)
                .map(PerToken.class::cast)
                .toList();
        this.borrowed = states.stream()
                .filter(Borrowed.class::isInstance)
                .map(Borrowed.class::cast)
                .toList();
        this.recurrent = states.stream()
                .filter(Recurrent.class::isInstance)
                .map(Recurrent.class::cast)
                .toList();
        this.contextTokens = contextTokens;
    }

    /** What {@link Recurrent} states were after some token, to go on from there. */
    record Snapshot(int tokens, Map<String, Tensor> states) {
        long bytes() {
            return states.values().stream().mapToLong(Tensor::sizeBytes).sum();
        }
    }

    /** Whether a row can be cut back to fewer tokens. */
    boolean canBeCutBack() {
        return recurrent.isEmpty();
    }

    /** Bytes in use. */
    long bytes() {
        return buffers.values().stream().mapToLong(ByteBuffer::capacity).sum();
    }

    /** Bytes of a row for {@code tokens} tokens. */
    private long rowBytes(LayerState state, int tokens) {
        return state instanceof PerToken each
                ? (long) each.heads() * tokens * each.size() * Float.BYTES
                : Tensor.byteCount(DType.FLOAT32, ((Recurrent) state).shape());
    }

    /**
     * Makes room for so many rows of so many tokens each; what is there stays.
     *
     * @throws CacheException if a buffer would pass 2 GiB, or memory is exhausted
     */
    void reserve(int wantedRows, int wantedTokens) {
        int newRoom = wantedTokens <= room ? room : grown(wantedTokens);
        int newRows = Math.max(rows, wantedRows);
        if (newRows == rows && newRoom == room) {
            return;
        }
        Map<LayerState, ByteBuffer> grown = new LinkedHashMap<>();
        try {
            perToken.forEach(state -> grown.put(state, grown(state, newRows, newRoom)));
            recurrent.forEach(state -> grown.put(state, grown(state, newRows, newRoom)));
        } catch (OutOfMemoryError e) {
            throw new CacheException(
                    "no memory for what the model keeps for " + newRows + " sequences of " + newRoom + " tokens", e);
        }
        buffers = grown;
        rows = newRows;
        room = newRoom;
    }

    private int grown(int wantedTokens) {
        int doubled = Math.max(wantedTokens, Math.min(2 * room, contextTokens));
        return (doubled + ROOM_STEP - 1) / ROOM_STEP * ROOM_STEP;
    }

    private ByteBuffer grown(LayerState state, int newRows, int newRoom) {
        long size = newRows * rowBytes(state, newRoom);
        if (size > Integer.MAX_VALUE) {
            throw new CacheException(
                    newRows + " sequences of " + newRoom + " tokens need " + size
                            + " bytes a layer for their keys; at most 2 GiB are possible. Use fewer sequences at once, or shorter ones");
        }
        ByteBuffer to = ByteBuffer.allocateDirect((int) size).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer from = buffers.get(state);
        if (from == null) {
            return to;
        }
        int slabs = state instanceof PerToken each ? rows * each.heads() : 1;
        int slab = from.capacity() / slabs;
        int newSlab = state instanceof PerToken each ? newRoom * each.size() * Float.BYTES : slab;
        for (int i = 0; i < slabs; i++) {
            to.put(i * newSlab, from, i * slab, slab);
        }
        return to;
    }

    /** Copies the first {@code tokens} tokens of one row to another, and its recurrent states whole. */
    void copy(int from, int to, int tokens) {
        for (PerToken state : perToken) {
            ByteBuffer buffer = buffer(state);
            int slab = room * state.size() * Float.BYTES;
            for (int head = 0; head < state.heads(); head++) {
                buffer.put(
                        (to * state.heads() + head) * slab,
                        buffer,
                        (from * state.heads() + head) * slab,
                        tokens * state.size() * Float.BYTES);
            }
        }
        for (Recurrent state : recurrent) {
            int size = Math.toIntExact(rowBytes(state, 0));
            buffer(state).put(to * size, buffer(state), from * size, size);
        }
    }

    private ByteBuffer buffer(LayerState state) {
        ByteBuffer buffer = buffers.get(state);
        if (buffer == null) {
            throw new IllegalStateException("no memory was reserved");
        }
        return buffer;
    }

    /** Resets the recurrent states of a row. */
    void restart(int row) {
        for (Recurrent state : recurrent) {
            int size = Math.toIntExact(rowBytes(state, 0));
            buffer(state).put(row * size, new byte[size]);
        }
    }

    /** The recurrent states of a row after {@code tokens} tokens. */
    Snapshot snapshot(int row, int tokens) {
        Map<String, Tensor> states = new HashMap<>();
        recurrentStates(row, 1).forEach((name, tensor) -> states.put(name, tensor.onHeap()));
        return new Snapshot(tokens, states);
    }

    void restore(int row, Snapshot snapshot) {
        put(row, 1, List.of(row), snapshot.states);
    }

    /** The states that a run of {@code count} rows from {@code first} on reads and writes in place. */
    List<InPlaceState> inPlace(int first, int count) {
        List<InPlaceState> states = new ArrayList<>();
        perToken.forEach(state -> states.add(inPlace(state, state, first, count)));
        borrowed.forEach(state -> states.add(inPlace(state, state.of(), first, count)));
        return states;
    }

    private InPlaceState inPlace(LayerState state, PerToken kept, int first, int count) {
        int row = Math.toIntExact(rowBytes(kept, room));
        return new InPlaceState(
                state.name(),
                state.updatedName(),
                DType.FLOAT32,
                new long[] {count, kept.heads(), room, kept.size()},
                buffer(kept).slice(first * row, count * row));
    }

    /** The states that a run of {@code count} rows from {@code first} on reads; {@link #put} takes what they become. */
    Map<String, Tensor> recurrentStates(int first, int count) {
        Map<String, Tensor> states = new HashMap<>();
        for (Recurrent state : recurrent) {
            int row = Math.toIntExact(rowBytes(state, 0));
            long[] shape = new long[state.shape().length + 1];
            shape[0] = count;
            System.arraycopy(state.shape(), 0, shape, 1, state.shape().length);
            states.put(
                    state.name(),
                    Tensor.view(DType.FLOAT32, shape, buffer(state).slice(first * row, count * row)));
        }
        return states;
    }

    /**
     * Keeps what recurrent states have become.
     *
     * @param first the first row of {@code states}, which have {@code count}
     * @param took the rows that took part: the others keep what they had
     * @param states by the names of the states
     */
    void put(int first, int count, List<Integer> took, Map<String, Tensor> states) {
        for (Recurrent state : recurrent) {
            Tensor after = states.get(state.name());
            if (after == null || after.sizeBytes() != count * rowBytes(state, 0)) {
                throw new IllegalArgumentException(state.name() + ": found " + after);
            }
            int size = Math.toIntExact(rowBytes(state, 0));
            ByteBuffer data = after.data();
            for (int row : took) {
                buffer(state).put(row * size, data, data.position() + (row - first) * size, size);
            }
        }
    }
}
