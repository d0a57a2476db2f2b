package dev.embedonce.image.internal.webp;

import dev.embedonce.image.internal.WorkBudget;
import java.util.Arrays;

/**
 * The planes of a frame, in whole macroblocks, each with a row above and a column left of it: 127 above, 129 to the
 * left, the values prediction starts from.
 */
final class Vp8Frame {
    /** One plane; sample (x, y) is at {@code origin + y * stride + x}. */
    static final class Plane {
        final byte[] samples;
        final int stride;
        final int origin;

        Plane(int width, int height, WorkBudget budget) {
            stride = width + 1;
            origin = stride + 1;
            samples = budget.bytes((long) stride * (height + 1));
            Arrays.fill(samples, 0, stride, (byte) 127);
            for (int y = 0; y < height; y++) {
                samples[origin + y * stride - 1] = (byte) 129;
            }
        }

        int at(int x, int y) {
            return origin + y * stride + x;
        }
    }

    final int width;
    final int height;
    final int across;
    final int down;
    final Plane luma;
    final Plane blue;
    final Plane red;

    Vp8Frame(int width, int height, WorkBudget budget) {
        this.width = width;
        this.height = height;
        this.across = (width + 15) / 16;
        this.down = (height + 15) / 16;
        this.luma = new Plane(16 * across, 16 * down, budget);
        this.blue = new Plane(8 * across, 8 * down, budget);
        this.red = new Plane(8 * across, 8 * down, budget);
    }
}
