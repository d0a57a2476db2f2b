package dev.embedonce.image.process;

import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.resize.PillowProfile;
import org.jspecify.annotations.Nullable;

/**
 * What a model's configuration leaves open about its pixels.
 *
 * @param profile the Pillow release line to reproduce
 * @param exif whether the EXIF orientation is applied
 * @param alpha what becomes of transparency; null to follow the configuration: over white where the processor itself
 *     converts to RGB ({@code do_convert_rgb}), otherwise dropped, as {@code transformers.image_utils.load_image} does
 *     before it
 * @param maxPixels the most pixels a picture may have
 */
public record PixelOptions(
        PillowProfile profile, ExifPolicy exif, @Nullable AlphaPolicy alpha, long maxPixels) {
    /** Pillow 13, upright, transparency as configured, the default pixel limit. */
    public static PixelOptions defaults() {
        return new PixelOptions(PillowProfile.PILLOW_13, ExifPolicy.APPLY, null, ImageDecoder.DEFAULT_MAX_PIXELS);
    }

    public PixelOptions withProfile(PillowProfile newProfile) {
        return new PixelOptions(newProfile, exif, alpha, maxPixels);
    }

    public PixelOptions withExif(ExifPolicy newExif) {
        return new PixelOptions(profile, newExif, alpha, maxPixels);
    }

    public PixelOptions withAlpha(@Nullable AlphaPolicy newAlpha) {
        return new PixelOptions(profile, exif, newAlpha, maxPixels);
    }

    public PixelOptions withMaxPixels(long newMaxPixels) {
        return new PixelOptions(profile, exif, alpha, newMaxPixels);
    }
}
