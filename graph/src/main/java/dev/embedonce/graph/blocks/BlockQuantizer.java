package dev.embedonce.graph.blocks;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Quantises a weight matrix for {@code MatMulNBits}: rows are cut into blocks of 32, each with one float32 scale; a
 * weight is {@code (code - zero) * scale}, with zero 128 for 8 bits and 8 for 4 bits. A last block that is not full is
 * padded with zeros. Blocks of 8 bits use the largest magnitude as 127; blocks of 4 bits map the element of largest
 * magnitude to code 0, which uses all 16 codes.
 */
final class BlockQuantizer {
    /**
     * Raised when the same weights get other codes or scales: part of the model version, and of the file names of
     * quantised weights.
     */
    static final int REVISION = 1;

    static final int BLOCK = 32;

    private final int bits;
    private final int zero;
    private final int maxCode;
    private double squaredError;
    private double squaredWeight;
    private double maxAbsolute;

    private BlockQuantizer(int bits) {
        this.bits = bits;
        this.zero = 1 << (bits - 1);
        this.maxCode = (1 << bits) - 1;
    }

    /** A quantiser of one matrix, whose rows are added in strips. */
    static BlockQuantizer of(NumericMode mode) {
        return new BlockQuantizer(mode.bits());
    }

    /** The number of blocks in a row. */
    static int blocks(int columns) {
        return (columns + BLOCK - 1) / BLOCK;
    }

    /** The bytes of a block's codes. */
    int codeBytes() {
        return BLOCK * bits / 8;
    }

    /**
     * Appends the codes and scales of some rows.
     *
     * @param weights row-major
     * @param codes uint8 [rows, blocks, BLOCK * bits / 8]; of two 4-bit codes in a byte the first is in the low half
     * @param scales float32 [rows * blocks]
     */
    void add(float[] weights, int rows, int columns, ByteBuffer codes, ByteBuffer scales) {
        int[] block = new int[BLOCK];
        for (int row = 0; row < rows; row++) {
            for (int from = 0; from < columns; from += BLOCK) {
                int length = Math.min(BLOCK, columns - from);
                scales.putFloat(quantizeBlock(weights, row * columns + from, length, block));
                put(codes, block);
            }
        }
    }

    /** Root mean square of the differences so far, divided by that of the weights. */
    double relativeRms() {
        return squaredWeight == 0 ? 0 : Math.sqrt(squaredError / squaredWeight);
    }

    /** The largest difference so far. */
    double maxAbsolute() {
        return maxAbsolute;
    }

    private float quantizeBlock(float[] weights, int from, int length, int[] block) {
        float largest = 0;
        for (int i = from; i < from + length; i++) {
            if (Math.abs(weights[i]) > Math.abs(largest)) {
                largest = weights[i];
            }
        }
        float scale = bits == 4 ? -largest / zero : Math.abs(largest) / (zero - 1);
        for (int i = 0; i < BLOCK; i++) {
            block[i] = i < length && scale != 0 ? code(weights[from + i], scale) : zero;
        }
        for (int i = 0; i < length; i++) {
            measure(weights[from + i], (block[i] - zero) * scale);
        }
        return scale;
    }

    private int code(float weight, float scale) {
        return Math.max(0, Math.min(maxCode, Math.round(weight / scale) + zero));
    }

    private void measure(float weight, float quantized) {
        double difference = Math.abs((double) weight - quantized);
        squaredError += difference * difference;
        squaredWeight += (double) weight * weight;
        maxAbsolute = Math.max(maxAbsolute, difference);
    }

    private void put(ByteBuffer codes, int[] block) {
        if (bits == 8) {
            for (int code : block) {
                codes.put((byte) code);
            }
        } else {
            for (int i = 0; i < BLOCK; i += 2) {
                codes.put((byte) (block[i] | block[i + 1] << 4));
            }
        }
    }

    static ByteBuffer direct(int size) {
        return ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
