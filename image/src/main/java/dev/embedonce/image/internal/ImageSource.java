package dev.embedonce.image.internal;

import dev.embedonce.image.pixel.ImageFormat;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.pixel.Region;
import org.jspecify.annotations.Nullable;

/**
 * An encoded picture whose header has been read and whose pixels have not. Sizes are as stored, before the EXIF
 * orientation is applied. Every method throws {@link dev.embedonce.image.pixel.ImageException} for bytes it cannot make
 * sense of. Not thread-safe.
 */
public interface ImageSource {
    ImageFormat format();

    int width();

    int height();

    /** The EXIF orientation, 1 to 8; 1 if the file names none. */
    int orientation();

    /** Whether Pillow applies the orientation while loading, whatever the caller wants. */
    default boolean alwaysOriented() {
        return false;
    }

    /** All pixels as stored. */
    PixelImage decode();

    /**
     * Only the pixels in {@code region}, as opaque RGB, bit for bit as in the whole picture; null if this picture can
     * only be decoded whole. Every byte of the file is read all the same, so damage outside the region is found too,
     * before this returns. Rows are numbered as in the whole picture.
     */
    default @Nullable PlanarRows decodeRgb(Region region) {
        return null;
    }
}
