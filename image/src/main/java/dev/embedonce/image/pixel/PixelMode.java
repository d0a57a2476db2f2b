package dev.embedonce.image.pixel;

/** The layout of one pixel, named as in Pillow. Samples are interleaved, rows from the top, no padding. */
public enum PixelMode {
    /** One byte a pixel, 0 or 255. */
    BILEVEL("1", 1),
    GREY("L", 1),
    GREY_ALPHA("LA", 2),
    /** One byte a pixel: an index into a palette. */
    PALETTE("P", 1),
    RGB("RGB", 3),
    RGBA("RGBA", 4),
    /** Two bytes a pixel, little-endian. */
    GREY16("I;16", 2),
    CMYK("CMYK", 4);

    private final String pillowName;
    private final int bytesPerPixel;

    PixelMode(String pillowName, int bytesPerPixel) {
        this.pillowName = pillowName;
        this.bytesPerPixel = bytesPerPixel;
    }

    /** The name of this mode in Pillow, such as {@code "LA"}. */
    public String pillowName() {
        return pillowName;
    }

    public int bytesPerPixel() {
        return bytesPerPixel;
    }
}
