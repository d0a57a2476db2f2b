package dev.embedonce.image.internal.format;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.WorkBudget;
import java.util.Arrays;

/** The run-length codes of bitmaps; pixels that are skipped, or missing at the end of a row, are index 0. */
// Source: Pillow 13.0.0, BmpImagePlugin.BmpRleDecoder
final class BmpRle {
    /** What a run costs beside its pixels. */
    private static final int RUN_WORK = 8;

    private final byte[] data;
    private final WorkBudget budget;
    private final int width;
    private final byte[] out;
    private final boolean nibbles;
    private int at;
    private int filled;

    private BmpRle(byte[] data, int at, int width, int height, boolean nibbles, WorkBudget budget) {
        this.budget = budget;
        this.data = data;
        this.at = at;
        this.width = width;
        this.out = budget.bytes((long) width * height);
        this.nibbles = nibbles;
    }

    /** All indices in stored order. Throws if the codes end early. */
    static byte[] decode(byte[] data, int at, int width, int height, boolean nibbles, WorkBudget budget) {
        return new BmpRle(data, at, width, height, nibbles, budget).run();
    }

    private byte[] run() {
        int column = 0;
        while (filled < out.length) {
            int count = next();
            int value = next();
            budget.spend(RUN_WORK + 2L * Math.max(count, value));
            if (count > 0) {
                int n = Math.max(0, Math.min(count, width - column));
                repeat(n, value);
                column += n;
            } else if (value == 0) {
                filled += (width - filled % width) % width;
                column = 0;
            } else if (value == 1) {
                throw Bytes.truncated("BMP");
            } else if (value == 2) {
                int right = next();
                filled = (int) Math.min(out.length, filled + right + (long) next() * width);
                column = filled % width;
            } else {
                literal(value);
                column += value;
            }
        }
        return out;
    }

    private int next() {
        return Bytes.u8(data, at++, "BMP");
    }

    private void repeat(int count, int value) {
        int end = Math.min(out.length, filled + count);
        if (!nibbles) {
            Arrays.fill(out, filled, end, (byte) value);
        } else {
            for (int i = filled; i < end; i++) {
                out[i] = (byte) ((i - filled & 1) == 0 ? value >> 4 : value & 0xF);
            }
        }
        filled = end;
    }

    private void literal(int count) {
        int n = Math.min(out.length - filled, count);
        int value = 0;
        for (int i = 0; i < n; i++) {
            if (!nibbles) {
                out[filled++] = (byte) next();
            } else {
                value = (i & 1) == 0 ? next() : value;
                out[filled++] = (byte) ((i & 1) == 0 ? value >> 4 : value & 0xF);
            }
        }
        at += at & 1;
    }
}
