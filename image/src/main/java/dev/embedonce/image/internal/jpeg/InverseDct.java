package dev.embedonce.image.internal.jpeg;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The accurate integer inverse transform of an 8 x 8 block (Loeffler, Ligtenberg, Moschytz 1989; 13 fractional bits,
 * two more between the passes), which every libjpeg computes to the same bits.
 */
// Source: libjpeg-turbo 3.1, jidctint.c, jpeg_idct_islow
final class InverseDct {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int CONST_BITS = 13;
    private static final int PASS1_BITS = 2;
    private static final int F_0_298 = 2446;
    private static final int F_0_390 = 3196;
    private static final int F_0_541 = 4433;
    private static final int F_0_765 = 6270;
    private static final int F_0_899 = 7373;
    private static final int F_1_175 = 9633;
    private static final int F_1_501 = 12299;
    private static final int F_1_847 = 15137;
    private static final int F_1_961 = 16069;
    private static final int F_2_053 = 16819;
    private static final int F_2_562 = 20995;
    private static final int F_3_072 = 25172;

    private InverseDct() {}

    private static void flat(int dc, byte[] plane, int at, int stride) {
        int value = clamp(((dc << PASS1_BITS) + (1 << (PASS1_BITS + 2))) >> (PASS1_BITS + 3));
        long eight = value * 0x0101010101010101L;
        for (int y = 0, row = at; y < 8; y++, row += stride) {
            LONG.set(plane, row, eight);
        }
    }

    private static void lowColumn(int[] b, int x) {
        int c0 = b[x] << CONST_BITS;
        int c1 = b[x + 8];
        int c2 = b[x + 16];
        int c3 = b[x + 24];
        int even = c2 * F_0_541;
        int both = even + c2 * F_0_765;
        int z5 = (c3 + c1) * F_1_175;
        int z1 = -c1 * F_0_899;
        int z2 = -c3 * F_2_562;
        int z3 = -c3 * F_1_961 + z5;
        int z4 = -c1 * F_0_390 + z5;
        int o0 = z1 + z3;
        int o1 = z2 + z4;
        int o2 = c3 * F_3_072 + z2 + z3;
        int o3 = c1 * F_1_501 + z1 + z4;
        int shift = CONST_BITS - PASS1_BITS;
        int half = 1 << (shift - 1);
        int e0 = c0 + both + half;
        int e1 = c0 + even + half;
        int e2 = c0 - even + half;
        int e3 = c0 - both + half;
        b[x] = (e0 + o3) >> shift;
        b[x + 56] = (e0 - o3) >> shift;
        b[x + 8] = (e1 + o2) >> shift;
        b[x + 48] = (e1 - o2) >> shift;
        b[x + 16] = (e2 + o1) >> shift;
        b[x + 40] = (e2 - o1) >> shift;
        b[x + 24] = (e3 + o0) >> shift;
        b[x + 32] = (e3 - o0) >> shift;
    }

    private static void lowRow(int[] b, int y, byte[] out, int at) {
        int c1 = b[y + 1];
        int c2 = b[y + 2];
        int c3 = b[y + 3];
        int shift = CONST_BITS + PASS1_BITS + 3;
        int c0 = (b[y] << CONST_BITS) + (1 << (shift - 1));
        clear(b, y);
        int even = c2 * F_0_541;
        int both = even + c2 * F_0_765;
        int z5 = (c3 + c1) * F_1_175;
        int z1 = -c1 * F_0_899;
        int z2 = -c3 * F_2_562;
        int z3 = -c3 * F_1_961 + z5;
        int z4 = -c1 * F_0_390 + z5;
        int o0 = z1 + z3;
        int o1 = z2 + z4;
        int o2 = c3 * F_3_072 + z2 + z3;
        int o3 = c1 * F_1_501 + z1 + z4;
        int e0 = c0 + both;
        int e1 = c0 + even;
        int e2 = c0 - even;
        int e3 = c0 - both;
        store(
                out,
                at,
                (e0 + o3) >> shift,
                (e1 + o2) >> shift,
                (e2 + o1) >> shift,
                (e3 + o0) >> shift,
                (e3 - o0) >> shift,
                (e2 - o1) >> shift,
                (e1 - o2) >> shift,
                (e0 - o3) >> shift);
    }

    /** Clears a block where it is cheap, so that it need not be cleared elsewhere. */
    private static void clear(int[] b, int i) {
        b[i] = 0;
        b[i + 1] = 0;
        b[i + 2] = 0;
        b[i + 3] = 0;
    }

    /** Writes eight samples at once. */
    private static void store(byte[] out, int at, int a, int b, int c, int d, int e, int f, int g, int h) {
        int low = clamp(a) | (clamp(b) << 8) | (clamp(c) << 16) | (clamp(d) << 24);
        int high = clamp(e) | (clamp(f) << 8) | (clamp(g) << 16) | (clamp(h) << 24);
        LONG.set(out, at, (low & 0xFFFFFFFFL) | ((long) high << 32));
    }

    /**
     * Transforms {@code block}, dequantised and in natural order, and clears it.
     *
     * @param places the union of the indices of all coefficients but the first that may not be zero: it tells which
     *     rows and columns are empty
     */
    static void transform(int[] block, int places, byte[] plane, int at, int stride) {
        if (places == 0) {
            flat(block[0], plane, at, stride);
            block[0] = 0;
            return;
        }
        boolean rightHalf = (places & 4) != 0;
        boolean lowerHalf = (places & 32) != 0;
        int columns = rightHalf ? 8 : 4;
        for (int x = 0; x < columns; x++) {
            if (lowerHalf) {
                column(block, x);
            } else {
                lowColumn(block, x);
            }
        }
        for (int y = 0; y < 8; y++) {
            if (rightHalf) {
                row(block, 8 * y, plane, at + y * stride);
            } else {
                lowRow(block, 8 * y, plane, at + y * stride);
            }
        }
    }

    private static void column(int[] b, int x) {
        int c1 = b[x + 8];
        int c2 = b[x + 16];
        int c3 = b[x + 24];
        int c4 = b[x + 32];
        int c5 = b[x + 40];
        int c6 = b[x + 48];
        int c7 = b[x + 56];
        if ((c1 | c2 | c3 | c4 | c5 | c6 | c7) == 0) {
            int dc = b[x] << PASS1_BITS;
            for (int y = 0; y < 64; y += 8) {
                b[x + y] = dc;
            }
            return;
        }
        int even = (c2 + c6) * F_0_541;
        int t2 = even - c6 * F_1_847;
        int t3 = even + c2 * F_0_765;
        int t0 = (b[x] + c4) << CONST_BITS;
        int t1 = (b[x] - c4) << CONST_BITS;
        int e0 = t0 + t3;
        int e3 = t0 - t3;
        int e1 = t1 + t2;
        int e2 = t1 - t2;

        int z5 = (c7 + c3 + c5 + c1) * F_1_175;
        int z1 = -(c7 + c1) * F_0_899;
        int z2 = -(c5 + c3) * F_2_562;
        int z3 = -(c7 + c3) * F_1_961 + z5;
        int z4 = -(c5 + c1) * F_0_390 + z5;
        int o0 = c7 * F_0_298 + z1 + z3;
        int o1 = c5 * F_2_053 + z2 + z4;
        int o2 = c3 * F_3_072 + z2 + z3;
        int o3 = c1 * F_1_501 + z1 + z4;

        int shift = CONST_BITS - PASS1_BITS;
        int half = 1 << (shift - 1);
        b[x] = (e0 + o3 + half) >> shift;
        b[x + 56] = (e0 - o3 + half) >> shift;
        b[x + 8] = (e1 + o2 + half) >> shift;
        b[x + 48] = (e1 - o2 + half) >> shift;
        b[x + 16] = (e2 + o1 + half) >> shift;
        b[x + 40] = (e2 - o1 + half) >> shift;
        b[x + 24] = (e3 + o0 + half) >> shift;
        b[x + 32] = (e3 - o0 + half) >> shift;
    }

    private static void row(int[] b, int y, byte[] out, int at) {
        int c0 = b[y];
        int c1 = b[y + 1];
        int c2 = b[y + 2];
        int c3 = b[y + 3];
        int c4 = b[y + 4];
        int c5 = b[y + 5];
        int c6 = b[y + 6];
        int c7 = b[y + 7];
        clear(b, y);
        clear(b, y + 4);
        int even = (c2 + c6) * F_0_541;
        int t2 = even - c6 * F_1_847;
        int t3 = even + c2 * F_0_765;
        int t0 = (c0 + c4) << CONST_BITS;
        int t1 = (c0 - c4) << CONST_BITS;
        int shift = CONST_BITS + PASS1_BITS + 3;
        int half = 1 << (shift - 1);
        int e0 = t0 + t3 + half;
        int e3 = t0 - t3 + half;
        int e1 = t1 + t2 + half;
        int e2 = t1 - t2 + half;

        int z5 = (c7 + c3 + c5 + c1) * F_1_175;
        int z1 = -(c7 + c1) * F_0_899;
        int z2 = -(c5 + c3) * F_2_562;
        int z3 = -(c7 + c3) * F_1_961 + z5;
        int z4 = -(c5 + c1) * F_0_390 + z5;
        int o0 = c7 * F_0_298 + z1 + z3;
        int o1 = c5 * F_2_053 + z2 + z4;
        int o2 = c3 * F_3_072 + z2 + z3;
        int o3 = c1 * F_1_501 + z1 + z4;

        store(
                out,
                at,
                (e0 + o3) >> shift,
                (e1 + o2) >> shift,
                (e2 + o1) >> shift,
                (e3 + o0) >> shift,
                (e3 - o0) >> shift,
                (e2 - o1) >> shift,
                (e1 - o2) >> shift,
                (e0 - o3) >> shift);
    }

    private static int clamp(int value) {
        return Math.max(0, Math.min(255, value + 128));
    }
}
