package dev.embedonce.image.pixel;

/** The encoded formats that are understood, recognised by their first bytes and never by a file name. */
public enum ImageFormat {
    PNG,
    JPEG,
    GIF,
    BMP,
    TIFF,
    WEBP
}
