package dev.embedonce.image.internal;

import dev.embedonce.image.pixel.ImageFormat;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.pixel.Region;
import org.jspecify.annotations.Nullable;

/**
 * An encoded picture whose header has been read and whose pixels have not. Sizes are as stored, before any EXIF turn.
 * Every method throws {@link dev.embedonce.image.pixel.ImageException} for bytes it cannot make sense of. Not
 * thread-safe.
 */
public interface ImageSource {
    ImageFormat format();

    int width();

    int height();

    /** The EXIF orientation, 1 to 8; 1 if the file names none. */
    int orientation();

    /** Whether Pillow turns the picture while loading, whatever the caller wants. */
    default boolean alwaysOriented() {
        return false;
    }

    /** All pixels as stored. */
    PixelImage decode();

    /**
     * Only the pixels in {@code region}, as opaque RGB, the same bits that all of it would give there; null if this
     * picture can only be decoded whole. Every byte of the file is read all the same, so damage outside the region is
     * found, before this returns. Rows are numbered as in the whole picture.
     */
    default @Nullable PlanarRows decodeRgb(Region region) {
        return null;
    }
}
