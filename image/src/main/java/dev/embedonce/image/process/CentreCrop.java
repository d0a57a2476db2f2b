package dev.embedonce.image.process;

import dev.embedonce.image.pixel.Region;
import dev.embedonce.key.Revisions;

/**
 * A crop around the centre; a side that is too short is padded with black before and after.
 *
 * @param height rows of the result
 * @param width columns of the result
 */
// Source: transformers 5.23, image_transforms.center_crop
public record CentreCrop(int height, int width) {
    /** Raised when this step makes other pixels of the same bytes and settings; part of the preprocessing version. */
    private static final int REVISION = 1;

    public CentreCrop {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("cannot crop to " + width + "x" + height);
        }
    }

    /** The part of a {@code width} x {@code height} picture that is kept. */
    Region kept(int pictureWidth, int pictureHeight) {
        return new Region(
                Math.max(0, Math.floorDiv(pictureWidth - width, 2)),
                Math.max(0, Math.floorDiv(pictureHeight - height, 2)),
                Math.min(width, pictureWidth),
                Math.min(height, pictureHeight));
    }

    /** Columns of padding before a picture of that width. */
    int padLeft(int pictureWidth) {
        return Math.max(0, width - pictureWidth + 1) / 2;
    }

    /** Rows of padding above a picture of that height. */
    int padTop(int pictureHeight) {
        return Math.max(0, height - pictureHeight + 1) / 2;
    }

    /** Adds the revision of this step. */
    static void describe(Revisions steps) {
        steps.uses("centre-crop", REVISION);
    }
}
