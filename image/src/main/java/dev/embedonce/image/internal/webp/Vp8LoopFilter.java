package dev.embedonce.image.internal.webp;

import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.internal.webp.Vp8Frame.Plane;

/**
 * Smooths the edges of blocks, macroblock by macroblock: first its left edge, then inner ones, its upper edge, inner
 * ones.
 */
// Source: RFC 6386, section 15
final class Vp8LoopFilter {
    private static final int MAX_LEVEL = 63;
    private static final int MACROBLOCK_WORK = 2500;
    /** Macroblocks that are charged at once. */
    private static final int PAID_TOGETHER = 1 << 7;

    private final Vp8Frame frame;
    private final byte[] levels;
    private final boolean[] inner;
    private boolean simple;
    private int level;
    private int sharpness;
    private boolean deltas;
    private int intraDelta;
    private int subblockDelta;

    Vp8LoopFilter(Vp8Frame frame) {
        this.frame = frame;
        this.levels = new byte[frame.across * frame.down];
        this.inner = new boolean[frame.across * frame.down];
    }

    void read(BoolDecoder header) {
        simple = header.flag();
        level = header.number(6);
        sharpness = header.number(3);
        deltas = header.flag();
        if (deltas && header.flag()) {
            int[] references = new int[4];
            int[] modes = new int[4];
            for (int i = 0; i < 4; i++) {
                references[i] = header.optional(6);
            }
            for (int i = 0; i < 4; i++) {
                modes[i] = header.optional(6);
            }
            intraDelta = references[0];
            subblockDelta = modes[0];
        }
    }

    /** The level of the frame; 0 turns the filter off. */
    int level() {
        return level;
    }

    void set(int x, int y, int baseLevel, boolean subblocks, boolean filterInner) {
        int adjusted = baseLevel;
        if (deltas) {
            adjusted += intraDelta + (subblocks ? subblockDelta : 0);
        }
        int i = y * frame.across + x;
        levels[i] = (byte) Math.max(0, Math.min(MAX_LEVEL, adjusted));
        inner[i] = filterInner;
    }

    void run(WorkBudget budget) {
        if (level == 0) {
            return;
        }
        for (int y = 0; y < frame.down; y++) {
            for (int x = 0; x < frame.across; x++) {
                if (x % PAID_TOGETHER == 0) {
                    budget.spend((long) MACROBLOCK_WORK * Math.min(PAID_TOGETHER, frame.across - x));
                }
                int i = y * frame.across + x;
                if (levels[i] > 0) {
                    macroblock(x, y, levels[i], inner[i]);
                }
            }
        }
    }

    private void macroblock(int x, int y, int macroblockLevel, boolean filterInner) {
        int interior = macroblockLevel;
        if (sharpness > 0) {
            interior >>= sharpness > 4 ? 2 : 1;
            interior = Math.min(interior, 9 - sharpness);
        }
        interior = Math.max(1, interior);
        int limit = 2 * macroblockLevel + interior;
        int variance = macroblockLevel >= 40 ? 2 : macroblockLevel >= 15 ? 1 : 0;
        plane(frame.luma, x, y, 16, filterInner, limit, interior, variance);
        if (!simple) {
            plane(frame.blue, x, y, 8, filterInner, limit, interior, variance);
            plane(frame.red, x, y, 8, filterInner, limit, interior, variance);
        }
    }

    private void plane(
            Plane plane, int x, int y, int size, boolean filterInner, int limit, int interior, int variance) {
        int at = plane.at(size * x, size * y);
        int stride = plane.stride;
        if (x > 0) {
            edge(plane.samples, at, 1, stride, size, limit + 4, interior, variance, true);
        }
        for (int i = 4; filterInner && i < size; i += 4) {
            edge(plane.samples, at + i, 1, stride, size, limit, interior, variance, false);
        }
        if (y > 0) {
            edge(plane.samples, at, stride, 1, size, limit + 4, interior, variance, true);
        }
        for (int i = 4; filterInner && i < size; i += 4) {
            edge(plane.samples, at + i * stride, stride, 1, size, limit, interior, variance, false);
        }
    }

    /** Filters across one edge: {@code across} steps over it, {@code along} follows it. */
    private void edge(
            byte[] s,
            int start,
            int across,
            int along,
            int size,
            int limit,
            int interior,
            int variance,
            boolean outer) {
        int threshold = 2 * limit + 1;
        for (int i = 0, at = start; i < size; i++, at += along) {
            int p1 = s[at - 2 * across] & 0xFF;
            int p0 = s[at - across] & 0xFF;
            int q0 = s[at] & 0xFF;
            int q1 = s[at + across] & 0xFF;
            if (4 * Math.abs(p0 - q0) + Math.abs(p1 - q1) > threshold) {
                continue;
            }
            if (simple) {
                two(s, at, across, p1, p0, q0, q1);
                continue;
            }
            if (!even(s, at, across, interior)) {
                continue;
            }
            if (Math.abs(p1 - p0) > variance || Math.abs(q1 - q0) > variance) {
                two(s, at, across, p1, p0, q0, q1);
            } else if (outer) {
                six(s, at, across, p1, p0, q0, q1);
            } else {
                four(s, at, across, p1, p0, q0, q1);
            }
        }
    }

    private static boolean even(byte[] s, int at, int step, int interior) {
        for (int i = -4; i < 3; i++) {
            boolean overEdge = i == -1;
            if (!overEdge && Math.abs((s[at + i * step] & 0xFF) - (s[at + (i + 1) * step] & 0xFF)) > interior) {
                return false;
            }
        }
        return true;
    }

    private static void two(byte[] s, int at, int step, int p1, int p0, int q0, int q1) {
        int a = 3 * (q0 - p0) + signed(p1 - q1);
        s[at - step] = sample(p0 + signed5(a + 3));
        s[at] = sample(q0 - signed5(a + 4));
    }

    private static void four(byte[] s, int at, int step, int p1, int p0, int q0, int q1) {
        int a = 3 * (q0 - p0);
        int a1 = signed5(a + 4);
        int a2 = signed5(a + 3);
        int a3 = (a1 + 1) >> 1;
        s[at - 2 * step] = sample(p1 + a3);
        s[at - step] = sample(p0 + a2);
        s[at] = sample(q0 - a1);
        s[at + step] = sample(q1 - a3);
    }

    private static void six(byte[] s, int at, int step, int p1, int p0, int q0, int q1) {
        int p2 = s[at - 3 * step] & 0xFF;
        int q2 = s[at + 2 * step] & 0xFF;
        int a = signed(3 * (q0 - p0) + signed(p1 - q1));
        int a1 = (27 * a + 63) >> 7;
        int a2 = (18 * a + 63) >> 7;
        int a3 = (9 * a + 63) >> 7;
        s[at - 3 * step] = sample(p2 + a3);
        s[at - 2 * step] = sample(p1 + a2);
        s[at - step] = sample(p0 + a1);
        s[at] = sample(q0 - a1);
        s[at + step] = sample(q1 - a2);
        s[at + 2 * step] = sample(q2 - a3);
    }

    private static int signed(int value) {
        return Math.max(-128, Math.min(127, value));
    }

    /** An eighth, kept within five bits. */
    private static int signed5(int value) {
        return Math.max(-16, Math.min(15, value >> 3));
    }

    private static byte sample(int value) {
        return (byte) Math.max(0, Math.min(255, value));
    }
}
