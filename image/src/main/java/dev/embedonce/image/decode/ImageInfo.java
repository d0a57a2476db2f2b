package dev.embedonce.image.decode;

import dev.embedonce.image.pixel.ImageFormat;

/**
 * What the header of a picture says.
 *
 * @param width pixels across, after any EXIF turn that the decoder's policy asks for
 * @param height pixels down, likewise
 * @param orientation the EXIF orientation stored in the file, 1 to 8
 */
public record ImageInfo(ImageFormat format, int width, int height, int orientation) {}
