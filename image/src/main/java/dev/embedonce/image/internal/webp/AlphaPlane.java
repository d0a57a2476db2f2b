package dev.embedonce.image.internal.webp;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.pixel.ImageException;

/** The alpha channel of a lossy picture: plain or lossless, then unfiltered. */
// Source: RFC 9649, section 2.7.1.2
final class AlphaPlane {
    private static final int COPY_WORK = 1;

    private AlphaPlane() {}

    static byte[] decode(byte[] data, int at, int length, int width, int height, WorkBudget budget) {
        int head = Bytes.u8(data, at, WebpSource.NAME);
        int pixels = Math.multiplyExact(width, height);
        byte[] plane;
        switch (head & 3) {
            case 0 -> {
                if (length - 1 < pixels) {
                    throw Bytes.truncated(WebpSource.NAME);
                }
                budget.hold(pixels);
                plane = Bytes.slice(data, at + 1, pixels, WebpSource.NAME);
            }
            case 1 -> {
                int[] argb = LosslessDecoder.decodeStream(data, at + 1, length - 1, width, height, budget);
                plane = budget.bytes(pixels);
                for (int y = 0; y < height; y++) {
                    budget.spend((long) COPY_WORK * width);
                    green(argb, plane, y * width, width);
                }
                budget.release(4L * argb.length);
            }
            default -> throw new ImageException("corrupt WebP: alpha compression " + (head & 3));
        }
        unfilter(plane, width, height, (head >> 2) & 3, budget);
        return plane;
    }

    private static void green(int[] argb, byte[] plane, int from, int count) {
        for (int i = from; i < from + count; i++) {
            plane[i] = (byte) (argb[i] >> 8);
        }
    }

    private static void unfilter(byte[] plane, int width, int height, int filter, WorkBudget budget) {
        if (filter == 0) {
            return;
        }
        for (int i = 1; i < width; i++) {
            plane[i] += plane[i - 1];
        }
        for (int y = 1; y < height; y++) {
            int row = y * width;
            budget.spend(4L * width);
            plane[row] += plane[row - width];
            for (int i = row + 1; i < row + width; i++) {
                int left = plane[i - 1] & 0xFF;
                int above = plane[i - width] & 0xFF;
                plane[i] += switch (filter) {
                    case 1 -> (byte) left;
                    case 2 -> (byte) above;
                    default -> (byte) Math.max(0, Math.min(255, left + above - (plane[i - width - 1] & 0xFF)));
                };
            }
        }
    }
}
