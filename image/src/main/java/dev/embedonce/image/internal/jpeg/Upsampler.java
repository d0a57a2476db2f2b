package dev.embedonce.image.internal.jpeg;

import java.util.Arrays;

/**
 * Brings the rows of one component to the size of the picture, for the columns of a region. Halved components are
 * interpolated with a triangle filter ("fancy upsampling"), others repeated. Neighbours outside the component are its
 * own border samples.
 */
// Source: libjpeg-turbo 3.1, jdsample.c
final class Upsampler {
    private enum Kind {
        COPY,
        H2V1,
        H1V2,
        H2V2,
        REPEAT
    }

    private final JpegComponent component;
    private final int stepX;
    private final int stepY;
    private final Kind kind;
    private final int fromX;
    private final int toX;
    private final int[] sums;

    /** An upsampler for picture columns {@code fromX <= x < toX}. */
    Upsampler(JpegHeader header, JpegComponent component, int fromX, int toX) {
        this.component = component;
        this.stepX = header.maxHorizontal / component.horizontal;
        this.stepY = header.maxVertical / component.vertical;
        this.kind = kind();
        this.fromX = fromX;
        this.toX = toX;
        this.sums = new int[(toX - 1) / stepX - fromX / stepX + 3]; // the region's columns and one on either side
    }

    private Kind kind() {
        boolean wide = component.width > 2;
        if (stepX == 1 && stepY == 1) {
            return Kind.COPY;
        }
        if (stepX == 2 && stepY == 1 && wide) {
            return Kind.H2V1;
        }
        if (stepX == 1 && stepY == 2) {
            return Kind.H1V2;
        }
        return stepX == 2 && stepY == 2 && wide ? Kind.H2V2 : Kind.REPEAT;
    }

    /** How many samples beyond a region's own a row or column may read. */
    static int margin() {
        return 1;
    }

    /** Writes picture row {@code y} to {@code out}, values 0 to 255, from index 0. */
    void row(int y, int[] out) {
        int near = rowOffset(y / stepY);
        switch (kind) {
            case COPY -> {
                for (int x = fromX; x < toX; x++) {
                    out[x - fromX] = component.plane[near + x] & 0xFF;
                }
            }
            case REPEAT -> {
                for (int x = fromX; x < toX; x++) {
                    out[x - fromX] = component.plane[near + x / stepX] & 0xFF;
                }
            }
            case H1V2 -> {
                int far = rowOffset(neighbour(y));
                int bias = (y & 1) == 0 ? 1 : 2;
                for (int x = fromX; x < toX; x++) {
                    int sum = 3 * (component.plane[near + x] & 0xFF) + (component.plane[far + x] & 0xFF);
                    out[x - fromX] = (sum + bias) >> 2;
                }
            }
            case H2V1 -> {
                sums(near, near, 1, 0);
                spread(out, 1, 2, 2);
            }
            case H2V2 -> {
                sums(near, rowOffset(neighbour(y)), 3, 1);
                spread(out, 8, 7, 4);
            }
        }
    }

    /** The row above for the upper of two rows, the row below for the lower. */
    private int neighbour(int y) {
        int near = y / stepY;
        return (y & 1) == 0 ? Math.max(0, near - 1) : Math.min(component.height - 1, near + 1);
    }

    /** The index of column 0 of component row {@code y} in the plane, even if the plane begins right of it. */
    private int rowOffset(int y) {
        return (y - component.blockFromY * 8) * component.stride - component.blockFromX * 8;
    }

    /** Sums of two rows for the columns of the region and one on either side, where there is one. */
    private void sums(int near, int far, int nearWeight, int farWeight) {
        int first = fromX / 2 - 1;
        byte[] plane = component.plane;
        int from = first < 0 ? 1 : 0;
        int to = Math.min(sums.length, component.width - first);
        int nearAt = near + first;
        int farAt = far + first;
        for (int i = from; i < to; i++) {
            sums[i] = nearWeight * (plane[nearAt + i] & 0xFF) + farWeight * (plane[farAt + i] & 0xFF);
        }
        if (from > 0) {
            sums[0] = sums[1];
        }
        if (to < sums.length) {
            Arrays.fill(sums, to, sums.length, sums[to - 1]);
        }
    }

    private void spread(int[] out, int evenBias, int oddBias, int shift) {
        int i = 1;
        int x = fromX;
        if ((x & 1) == 1 && x < toX) {
            out[0] = (3 * sums[1] + sums[2] + oddBias) >> shift;
            x++;
            i++;
        }
        for (; x + 1 < toX; x += 2, i++) {
            int three = 3 * sums[i];
            out[x - fromX] = (three + sums[i - 1] + evenBias) >> shift;
            out[x - fromX + 1] = (three + sums[i + 1] + oddBias) >> shift;
        }
        if (x < toX) {
            out[x - fromX] = (3 * sums[i] + sums[i - 1] + evenBias) >> shift;
        }
    }
}
