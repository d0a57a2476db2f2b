package dev.embedonce.image;

/** Pillow's NEAREST: each output is one input pixel. Positions are added up step by step, as Pillow does, not multiplied. */
// Source: Pillow 13.0.0, src/libImaging/Geometry.c, ImagingScaleAffine
final class Nearest {
    private Nearest() {}

    static void pick(Resampler.Source source, int newWidth, int newHeight, Region want, Resampler.Sink sink) {
        int[] columns = positions(source.width(), newWidth);
        int[] rows = positions(source.height(), newHeight);
        int width = source.have().width();
        int[] row = new int[width * source.bands()];
        int[] out = new int[want.width() * source.bands()];
        int read = -1;
        for (int y = want.y(); y < want.bottom(); y++) {
            if (rows[y] != read) {
                read = rows[y];
                source.rows().read(read, row);
            }
            for (int band = 0; band < source.bands(); band++) {
                int from = band * width - source.have().x();
                int to = band * want.width() - want.x();
                for (int x = want.x(); x < want.right(); x++) {
                    out[to + x] = row[from + columns[x]];
                }
            }
            sink.accept(y - want.y(), out);
        }
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
