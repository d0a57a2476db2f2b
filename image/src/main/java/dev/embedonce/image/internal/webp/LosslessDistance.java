package dev.embedonce.image.internal.webp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Distances of copies: the first 120 codes are near pixels in the plane, nearest first, the others count pixels. */
// Source: RFC 9649, section 3.6.2.2
final class LosslessDistance {
    private static final int NEAR = 120;

    private record Offset(int left, int up) {
        int squared() {
            return left * left + up * up;
        }
    }

    private static final List<Offset> OFFSETS = offsets();

    private LosslessDistance() {}

    private static List<Offset> offsets() {
        List<Offset> offsets = new ArrayList<>();
        for (int up = 0; up <= 7; up++) {
            for (int left = up == 0 ? 1 : -7; left <= 8; left++) {
                offsets.add(new Offset(left, up));
            }
        }
        offsets.sort(Comparator.comparingInt(Offset::squared)
                .thenComparingInt(offset -> Math.abs(offset.left()))
                .thenComparingInt(offset -> -offset.left()));
        return List.copyOf(offsets);
    }

    /** The distance in pixels, in reading order, that {@code code} stands for. */
    static int of(int code, int width) {
        if (code > NEAR) {
            return code - NEAR;
        }
        Offset offset = OFFSETS.get(code - 1);
        return Math.max(1, offset.up() * width + offset.left());
    }
}
