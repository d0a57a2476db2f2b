package dev.embedonce.vlm.decoder;

import dev.embedonce.error.CacheException;
import dev.embedonce.graph.runtime.InPlaceState;
import dev.embedonce.value.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys and values that attention keeps: for each layer two buffers {@code [rows, kvHeads, room, size]}, float32. Room and rows
 * grow by copying. Not thread-safe.
 */
final class KeptRows {
    private static final int ROOM_STEP = 256;

    private final List<Integer> numbers;
    private final int layers;
    private final int heads;
    private final int size;
    private final int contextTokens;
    private int rows;
    private int room;
    private List<ByteBuffer> buffers = List.of();

    KeptRows(DecoderConfig config, int contextTokens) {
        this(
                config.keepingLayers(),
                config.heads().kvHeads(),
                config.computedHeads().size(),
                contextTokens);
    }

    /**
     * Memory without rows.
     *
     * @param numbers of the layers that keep something
     * @param size channels of a head
     */
    KeptRows(List<Integer> numbers, int heads, int size, int contextTokens) {
        this.numbers = numbers;
        this.layers = numbers.size();
        this.heads = heads;
        this.size = size;
        this.contextTokens = contextTokens;
    }

    /** Bytes in use. */
    long bytes() {
        return 2L * layers * slabBytes() * heads * rows;
    }

    /**
     * Makes room for so many rows of so many tokens each; what is there stays.
     *
     * @throws CacheException if a layer's buffer would pass the 2 GiB of one buffer, or memory is exhausted
     */
    void reserve(int wantedRows, int wantedTokens) {
        int newRoom = wantedTokens <= room ? room : grown(wantedTokens);
        int newRows = Math.max(rows, wantedRows);
        if (newRows == rows && newRoom == room) {
            return;
        }
        long layerBytes = (long) newRows * heads * newRoom * size * Float.BYTES;
        if (layerBytes > Integer.MAX_VALUE) {
            throw new CacheException(
                    newRows + " sequences of " + newRoom + " tokens need " + layerBytes
                            + " bytes a layer for their keys; at most 2 GiB are possible. Use fewer sequences at once, or shorter ones");
        }
        List<ByteBuffer> grown = new ArrayList<>();
        try {
            for (int i = 0; i < 2 * layers; i++) {
                ByteBuffer buffer = ByteBuffer.allocateDirect((int) layerBytes).order(ByteOrder.LITTLE_ENDIAN);
                if (rows > 0) {
                    copyInto(buffers.get(i), buffer, newRoom);
                }
                grown.add(buffer);
            }
        } catch (OutOfMemoryError e) {
            throw new CacheException(
                    "no memory for the keys and values of " + newRows + " sequences of " + newRoom + " tokens: "
                            + 2L * layers * layerBytes + " bytes",
                    e);
        }
        buffers = grown;
        rows = newRows;
        room = newRoom;
    }

    private int grown(int wantedTokens) {
        int doubled = Math.max(wantedTokens, Math.min(2 * room, contextTokens));
        return (doubled + ROOM_STEP - 1) / ROOM_STEP * ROOM_STEP;
    }

    private void copyInto(ByteBuffer from, ByteBuffer to, int newRoom) {
        int slab = Math.toIntExact(slabBytes());
        int newSlab = newRoom * size * Float.BYTES;
        for (int i = 0; i < rows * heads; i++) {
            to.put(i * newSlab, from, i * slab, slab);
        }
    }

    private long slabBytes() {
        return (long) room * size * Float.BYTES;
    }

    /** Copies the first {@code tokens} positions of one row to another. */
    void copy(int from, int to, int tokens) {
        int slab = Math.toIntExact(slabBytes());
        for (ByteBuffer buffer : buffers) {
            for (int head = 0; head < heads; head++) {
                buffer.put(
                        (to * heads + head) * slab, buffer, (from * heads + head) * slab, tokens * size * Float.BYTES);
            }
        }
    }

    /** The graph's states over {@code count} rows from {@code first} on. */
    List<InPlaceState> states(int first, int count) {
        int row = Math.toIntExact(slabBytes() * heads);
        long[] shape = {count, heads, room, size};
        List<InPlaceState> states = new ArrayList<>();
        for (int layer : numbers) {
            for (String name : List.of(DecoderGraph.keys(layer), DecoderGraph.values(layer))) {
                ByteBuffer memory = buffers.get(states.size()).slice(first * row, count * row);
                states.add(new InPlaceState(name, DecoderGraph.updated(name), DType.FLOAT32, shape, memory));
            }
        }
        return states;
    }
}
