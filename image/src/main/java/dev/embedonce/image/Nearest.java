package dev.embedonce.image;

/** Pillow's NEAREST: each output is one input pixel. Positions are added up step by step, as Pillow does, not multiplied. */
// Source: Pillow 13.0.0, src/libImaging/Geometry.c, ImagingScaleAffine
final class Nearest {
    private Nearest() {}

    static byte[] pick(
            byte[] source, Region have, int bands, int width, int height, int newWidth, int newHeight, Region want) {
        int[] columns = positions(width, newWidth);
        int[] rows = positions(height, newHeight);
        byte[] target = new byte[Math.multiplyExact(Math.multiplyExact(want.width(), want.height()), bands)];
        int at = 0;
        for (int y = want.y(); y < want.bottom(); y++) {
            int row = (rows[y] - have.y()) * have.width() - have.x();
            for (int x = want.x(); x < want.right(); x++) {
                System.arraycopy(source, (row + columns[x]) * bands, target, at, bands);
                at += bands;
            }
        }
        return target;
    }

    private static int[] positions(int inSize, int outSize) {
        double step = (double) inSize / outSize;
        double position = step * 0.5;
        int[] positions = new int[outSize];
        for (int i = 0; i < outSize; i++) {
            positions[i] = Math.min(inSize - 1, (int) position);
            position += step;
        }
        return positions;
    }
}
