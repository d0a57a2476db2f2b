package dev.embedonce.image.internal.format;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.pixel.ImageException;

/** The variable-length code LZW of GIF: least significant bit first, in blocks of up to 255 bytes. */
final class GifLzw {
    private static final int MAX_CODES = 4096;
    /** What a code costs, and each index that it stands for. */
    private static final int CODE_WORK = 8;

    private final byte[] data;
    private final WorkBudget budget;
    private int at;
    private int blockLeft;
    private int buffer;
    private int bits;

    private GifLzw(byte[] data, int at, WorkBudget budget) {
        this.data = data;
        this.budget = budget;
        this.at = at;
    }

    /**
     * Decodes the {@code size} indices whose minimum code size stands at {@code start}.
     *
     * @throws ImageException if the codes end before that
     */
    static byte[] decode(byte[] data, int start, int size, WorkBudget budget) {
        int minimum = Bytes.u8(data, start, "GIF");
        if (minimum < 1 || minimum > 11) {
            throw new ImageException("corrupt GIF: code size " + minimum);
        }
        return new GifLzw(data, start + 1, budget).run(minimum, size);
    }

    private byte[] run(int minimum, int size) {
        byte[] out = budget.bytes(size);
        int[] prefix = new int[MAX_CODES];
        byte[] last = new byte[MAX_CODES];
        byte[] stack = new byte[MAX_CODES + 1];
        int clear = 1 << minimum;
        int end = clear + 1;
        int next = clear + 2;
        int codeSize = minimum + 1;
        int previous = -1;
        byte first = 0;
        int filled = 0;
        while (filled < size) {
            int code = read(codeSize);
            if (code == end) {
                throw Bytes.truncated("GIF");
            }
            if (code == clear) {
                next = clear + 2;
                codeSize = minimum + 1;
                previous = -1;
                budget.spend(CODE_WORK);
                continue;
            }
            if (code > next || (previous < 0 && code > clear) || (code == next && previous < 0)) {
                throw new ImageException("corrupt GIF: invalid code");
            }
            int depth = 0;
            int walk = code;
            if (code == next) {
                stack[depth++] = first;
                walk = previous;
            }
            while (walk > clear) {
                stack[depth++] = last[walk];
                walk = prefix[walk];
            }
            first = (byte) walk;
            stack[depth++] = first;
            budget.spend(CODE_WORK + depth);
            while (depth > 0 && filled < size) {
                out[filled++] = stack[--depth];
            }
            if (previous >= 0 && next < MAX_CODES) {
                prefix[next] = previous;
                last[next] = first;
                next++;
                if (next == 1 << codeSize && codeSize < 12) {
                    codeSize++;
                }
            }
            previous = code;
        }
        return out;
    }

    private int read(int n) {
        while (bits < n) {
            if (blockLeft == 0) {
                blockLeft = Bytes.u8(data, at++, "GIF");
                if (blockLeft == 0) {
                    throw Bytes.truncated("GIF");
                }
            }
            buffer |= Bytes.u8(data, at++, "GIF") << bits;
            blockLeft--;
            bits += 8;
        }
        int code = buffer & ((1 << n) - 1);
        buffer >>>= n;
        bits -= n;
        return code;
    }
}
