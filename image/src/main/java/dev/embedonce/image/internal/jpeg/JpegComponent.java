package dev.embedonce.image.internal.jpeg;

import java.util.Arrays;

/** One colour component of a frame: its sampling, its blocks and the plane they are transformed into. */
final class JpegComponent {
    final int id;
    final int horizontal;
    final int vertical;
    final int quantTable;

    /** Size in samples, without the padding of the last blocks. */
    int width;

    int height;
    /** Size in blocks, without the blocks that only complete the last group of an interleaved scan. */
    int blocksAcross;

    int blocksDown;
    /** Size in blocks, including those. */
    int paddedAcross;

    int paddedDown;

    /** Quantisation steps in natural order, fixed when the component's first scan begins. */
    int[] quant = new int[0];

    int lastDc;

    /** The blocks of the wanted region: columns from..to, rows from..to; the plane holds their samples. */
    int blockFromX;

    int blockToX;
    int blockFromY;
    int blockToY;
    byte[] plane = new byte[0];
    int stride;

    /** All coefficients in natural order, of progressive pictures only. */
    short[] coefficients = new short[0];

    /** For each coefficient in zigzag order, how many low bits are still missing; -1 if all are. */
    final int[] missingBits = new int[64];

    JpegComponent(int id, int horizontal, int vertical, int quantTable) {
        this.id = id;
        this.horizontal = horizontal;
        this.vertical = vertical;
        this.quantTable = quantTable;
        Arrays.fill(missingBits, -1);
    }

    boolean wants(int blockX, int blockY) {
        return blockX >= blockFromX && blockX < blockToX && blockY >= blockFromY && blockY < blockToY;
    }

    int planeOffset(int blockX, int blockY) {
        return (blockY - blockFromY) * 8 * stride + (blockX - blockFromX) * 8;
    }
}
