package dev.embedonce.image.pixel;

import dev.embedonce.image.internal.work.Checkpoint;
import dev.embedonce.key.Revisions;

/** The eight EXIF orientations of a stored picture. */
// Source: Pillow 13.0.0, ImageOps.exif_transpose
public final class Orientation {
    /** Raised when this step makes other pixels of the same bytes and settings; part of the preprocessing version. */
    private static final int REVISION = 1;

    /** What a pixel costs that is far from the previous one in memory. */
    private static final int PIXEL_WORK = 12;

    private Orientation() {}

    /** Adds the revision of this step. */
    public static void describe(Revisions steps) {
        steps.uses("orientation", REVISION);
    }

    public static boolean swapsSides(int orientation) {
        return orientation >= 5 && orientation <= 8;
    }

    /**
     * The rectangle of the stored {@code width} x {@code height} picture that appears in {@code shown} of the oriented
     * one.
     */
    public static Region stored(Region shown, int width, int height, int orientation) {
        boolean swap = swapsSides(orientation);
        int x = swap ? shown.y() : shown.x();
        int y = swap ? shown.x() : shown.y();
        int w = swap ? shown.height() : shown.width();
        int h = swap ? shown.width() : shown.height();
        return new Region(mirrorsX(orientation) ? width - x - w : x, mirrorsY(orientation) ? height - y - h : y, w, h);
    }

    /** Applies an orientation to interleaved samples of a stored {@code width} x {@code height} picture. */
    public static byte[] apply(
            byte[] stored, int width, int height, int bands, int orientation, Checkpoint checkpoint) {
        boolean swap = swapsSides(orientation);
        int stepX = (mirrorsX(orientation) ? -1 : 1) * bands;
        int stepY = (mirrorsY(orientation) ? -1 : 1) * bands * width;
        int start = (mirrorsX(orientation) ? width - 1 : 0) * bands
                + (mirrorsY(orientation) ? height - 1 : 0) * width * bands;
        int shownWidth = swap ? height : width;
        int shownHeight = swap ? width : height;
        int across = swap ? stepY : stepX;
        int down = swap ? stepX : stepY;
        byte[] shown = checkpoint.bytes(stored.length);
        int at = 0;
        for (int y = 0; y < shownHeight; y++) {
            int from = start + y * down;
            for (int x = 0; x < shownWidth; x++) {
                if (x % Checkpoint.PIECE == 0) {
                    checkpoint.advance((long) PIXEL_WORK * Math.min(Checkpoint.PIECE, shownWidth - x));
                }
                for (int band = 0; band < bands; band++) {
                    shown[at++] = stored[from + band];
                }
                from += across;
            }
        }
        return shown;
    }

    /** Whether walking the oriented picture walks the stored columns from the right. */
    private static boolean mirrorsX(int orientation) {
        return orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    }

    /** Whether walking the oriented picture walks the stored rows from the bottom. */
    private static boolean mirrorsY(int orientation) {
        return orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    }
}
