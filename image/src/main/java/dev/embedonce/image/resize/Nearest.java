package dev.embedonce.image.resize;

import dev.embedonce.image.internal.work.Checkpoint;
import dev.embedonce.image.pixel.Cancellation;
import dev.embedonce.image.pixel.Region;

/**
 * Pillow's NEAREST: each output is one input pixel. Positions are added up step by step, as Pillow does, not
 * multiplied.
 */
// Source: Pillow 13.0.0, src/libImaging/Geometry.c, ImagingScaleAffine
final class Nearest {
    private Nearest() {}

    static void pick(Resampler.Source source, int newWidth, int newHeight, Region want, Resampler.Sink sink) {
        int[] columns = positions(source.width(), newWidth);
        int[] rows = positions(source.height(), newHeight);
        int[][] row = new int[source.bands()][source.have().width()];
        int[][] out = new int[source.bands()][want.width()];
        int read = -1;
        Checkpoint checkpoint = new Checkpoint(Cancellation.current());
        for (int y = want.y(); y < want.bottom(); y++) {
            checkpoint.advance((long) source.bands() * want.width());
            if (rows[y] != read) {
                read = rows[y];
                source.rows().read(read, row);
            }
            for (int band = 0; band < source.bands(); band++) {
                for (int x = want.x(); x < want.right(); x++) {
                    out[band][x - want.x()] =
                            row[band][columns[x] - source.have().x()];
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
