package dev.embedonce.image.hash;

import java.util.function.IntConsumer;

/**
 * Finds all hashes within a Hamming distance of another. Immutable and thread-safe.
 *
 * <p>The 64 bits are cut into blocks. If two hashes differ in at most {@code d} bits, at least one of {@code m} blocks
 * differs in at most {@code d / m} bits, so it is enough to compare hashes that share a block exactly, or except for
 * one bit. For each block the hashes are sorted by it, so that candidates are adjacent. A hash that qualifies by
 * several blocks is reported by the first of them.
 */
// Source: Norouzi, Punjani, Fleet: Fast Search in Hamming Space with Multi-Index Hashing, CVPR 2012
public final class HammingIndex {
    /** The largest distance that can be searched. */
    public static final int MAX_DISTANCE = 8;

    /** Receives positions of two hashes. */
    @FunctionalInterface
    public interface PairConsumer {
        void accept(int first, int second, int distance);
    }

    private final long[] hashes;
    private final int maxDistance;
    private final int blockRadius;
    private final Block[] blocks;

    private HammingIndex(long[] hashes, int maxDistance) {
        this.hashes = hashes;
        this.maxDistance = maxDistance;
        this.blockRadius = maxDistance <= 4 ? 0 : 1;
        this.blocks = new Block[blockRadius == 0 ? maxDistance + 1 : Math.max(3, maxDistance / 2 + 1)];
        int from = 0;
        for (int i = 0; i < blocks.length; i++) {
            int to = 64 * (i + 1) / blocks.length;
            blocks[i] = new Block(from, Math.min(to - from, Block.usefulBits(hashes.length)), hashes);
            from = to;
        }
    }

    /**
     * An index over {@code hashes}, which are identified by their positions.
     *
     * @param maxDistance the most bits in which hashes that are found may differ, 0 to {@link #MAX_DISTANCE}
     */
    public static HammingIndex of(long[] hashes, int maxDistance) {
        if (maxDistance < 0 || maxDistance > MAX_DISTANCE) {
            throw new IllegalArgumentException("Hamming distance " + maxDistance + ", expected 0 to " + MAX_DISTANCE);
        }
        return new HammingIndex(hashes.clone(), maxDistance);
    }

    public int size() {
        return hashes.length;
    }

    /**
     * Passes to {@code found} the position of every hash within the distance of {@code hash}, once, in no particular
     * order.
     */
    public void search(long hash, IntConsumer found) {
        search(hash, 0, (first, second, distance) -> found.accept(second));
    }

    /**
     * Passes to {@code found} every pair of positions {@code first < second} within the distance, once, in order of the
     * first.
     */
    public void forEachPair(PairConsumer found) {
        for (int i = 0; i < hashes.length; i++) {
            int first = i;
            search(hashes[i], i + 1, (ignored, second, distance) -> found.accept(first, second, distance));
        }
    }

    private void search(long hash, int from, PairConsumer found) {
        for (int b = 0; b < blocks.length; b++) {
            Block block = blocks[b];
            int key = block.key(hash);
            scan(b, key, hash, from, found);
            for (int bit = 0; blockRadius > 0 && bit < block.bits; bit++) {
                scan(b, key ^ 1 << bit, hash, from, found);
            }
        }
    }

    private void scan(int b, int key, long hash, int from, PairConsumer found) {
        Block block = blocks[b];
        int end = block.starts[key + 1];
        for (int i = block.starts[key]; i < end; i++) {
            long difference = block.sorted[i] ^ hash;
            int distance = Long.bitCount(difference);
            if (distance <= maxDistance && block.positions[i] >= from && !foundBefore(b, difference)) {
                found.accept(-1, block.positions[i], distance);
            }
        }
    }

    private boolean foundBefore(int b, long difference) {
        for (int earlier = 0; earlier < b; earlier++) {
            if (Integer.bitCount(blocks[earlier].key(difference)) <= blockRadius) {
                return true;
            }
        }
        return false;
    }

    /** The hashes sorted by some of their bits. */
    private static final class Block {
        private static final int MAX_BITS = 22;

        private final int shift;
        private final int bits;
        private final int[] starts;
        private final int[] positions;
        private final long[] sorted;

        Block(int shift, int bits, long[] hashes) {
            this.shift = shift;
            this.bits = bits;
            this.starts = new int[(1 << bits) + 1];
            this.positions = new int[hashes.length];
            this.sorted = new long[hashes.length];
            for (long hash : hashes) {
                starts[key(hash) + 1]++;
            }
            for (int i = 0; i < 1 << bits; i++) {
                starts[i + 1] += starts[i];
            }
            int[] next = starts.clone();
            for (int i = 0; i < hashes.length; i++) {
                int at = next[key(hashes[i])]++;
                positions[at] = i;
                sorted[at] = hashes[i];
            }
        }

        /** So many that about one hash or less has each value: more bits would cost memory and find nothing faster. */
        static int usefulBits(int size) {
            return Math.min(MAX_BITS, Math.max(4, 34 - Integer.numberOfLeadingZeros(size)));
        }

        int key(long hash) {
            return (int) (hash >>> shift) & ((1 << bits) - 1);
        }
    }
}
