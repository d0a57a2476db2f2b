package dev.embedonce.image.decode;

import dev.embedonce.image.pixel.ImageFormat;

/**
 * What the header of a picture says.
 *
 * @param width pixels across, after the EXIF orientation if the decoder's policy applies it
 * @param height pixels down, likewise
 * @param orientation the EXIF orientation stored in the file, 1 to 8
 */
public record ImageInfo(ImageFormat format, int width, int height, int orientation) {}
