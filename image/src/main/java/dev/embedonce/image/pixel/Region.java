package dev.embedonce.image.pixel;

/** A rectangle of pixels: left, top, width and height. */
public record Region(int x, int y, int width, int height) {
    public Region {
        if (x < 0 || y < 0 || width < 0 || height < 0) {
            throw new IllegalArgumentException("negative region " + x + "," + y + " " + width + "x" + height);
        }
    }

    /** All of a picture. */
    public static Region whole(int width, int height) {
        return new Region(0, 0, width, height);
    }

    public int right() {
        return x + width;
    }

    public int bottom() {
        return y + height;
    }
}
