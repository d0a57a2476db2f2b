package dev.embedonce.image.process;

import dev.embedonce.image.internal.PlanarRows;
import dev.embedonce.image.pixel.Region;
import dev.embedonce.image.resize.Resampler;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.key.Revisions;
import java.util.Arrays;
import java.util.List;

/**
 * Centres a picture on a square whose side is the picture's longer side; the rest of the square has one colour.
 *
 * @param red 0 to 255, as the others
 */
// Source: transformers 5.23, models/llava/image_processing_pil_llava.py, pad_to_square
record SquarePadding(int red, int green, int blue) {
    /** Raised when this step makes other pixels of the same bytes and settings; part of the preprocessing version. */
    private static final int REVISION = 1;

    SquarePadding {
        if (((red | green | blue) & ~0xFF) != 0) {
            throw new IllegalArgumentException("colour " + red + ", " + green + ", " + blue);
        }
    }

    /**
     * A padding of the mean colour.
     *
     * @param mean red, green and blue from 0 to 1
     * @throws IllegalArgumentException if there are not three, or one is out of range
     */
    static SquarePadding ofMean(List<Double> mean) {
        if (mean.size() != PixelValues.CHANNELS) {
            throw new IllegalArgumentException("\"image_mean\": expected three numbers to pad with");
        }
        return new SquarePadding((int) (mean.get(0) * 255), (int) (mean.get(1) * 255), (int) (mean.get(2) * 255));
    }

    /** The side of the square around a picture, in pixels. */
    static int side(int width, int height) {
        return Math.max(width, height);
    }

    /** The square around a whole picture. */
    Resampler.Source around(Resampler.Source picture) {
        Region have = picture.have();
        int side = side(picture.width(), picture.height());
        int left = (side - picture.width()) / 2 + have.x();
        int top = (side - picture.height()) / 2 + have.y();
        int[] colour = {red, green, blue};
        int[][] row = new int[picture.bands()][have.width()];
        PlanarRows rows = (y, out) -> {
            boolean inside = y >= top && y < top + have.height();
            if (inside) {
                picture.rows().read(y - top + have.y(), row);
            }
            for (int band = 0; band < out.length; band++) {
                Arrays.fill(out[band], 0, side, colour[band]);
                if (inside) {
                    System.arraycopy(row[band], 0, out[band], left, have.width());
                }
            }
        };
        return new Resampler.Source(rows, Region.whole(side, side), picture.bands(), side, side);
    }

    /** Adds the revision of this step. */
    static void describe(Revisions steps) {
        steps.uses("square-padding", REVISION);
    }

    void describe(FramedDigest digest) {
        digest.put("square", new long[] {red, green, blue});
    }
}
