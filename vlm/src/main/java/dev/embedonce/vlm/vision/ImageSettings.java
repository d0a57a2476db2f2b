package dev.embedonce.vlm.vision;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a request may ask of the preprocessing of its pictures; empty for the model's own. A processor takes what it
 * knows, and the effective values become part of the preprocessing version.
 *
 * @param minPixels the least area a picture is resized to
 * @param maxPixels the largest area a picture is resized to
 * @param maxTiles the most tiles a picture is cut into
 * @param imagesInRequest how many pictures the request has, for processors that tile by it; at least 1
 */
public record ImageSettings(OptionalLong minPixels, OptionalLong maxPixels, OptionalInt maxTiles, int imagesInRequest) {
    /** The model's own, for one picture. */
    public static final ImageSettings DEFAULT =
            new ImageSettings(OptionalLong.empty(), OptionalLong.empty(), OptionalInt.empty(), 1);

    public ImageSettings {
        if (minPixels.orElse(1) < 1 || maxPixels.orElse(1) < 1 || maxTiles.orElse(1) < 1 || imagesInRequest < 1) {
            throw new IllegalArgumentException("image settings are numbers from 1 on");
        }
        if (minPixels.isPresent() && maxPixels.isPresent() && minPixels.getAsLong() > maxPixels.getAsLong()) {
            throw new IllegalArgumentException(
                    "min pixels " + minPixels.getAsLong() + " are more than max pixels " + maxPixels.getAsLong());
        }
    }

    public ImageSettings withMinPixels(long value) {
        return new ImageSettings(OptionalLong.of(value), maxPixels, maxTiles, imagesInRequest);
    }

    public ImageSettings withMaxPixels(long value) {
        return new ImageSettings(minPixels, OptionalLong.of(value), maxTiles, imagesInRequest);
    }

    public ImageSettings withMaxTiles(int value) {
        return new ImageSettings(minPixels, maxPixels, OptionalInt.of(value), imagesInRequest);
    }

    public ImageSettings withImagesInRequest(int value) {
        return new ImageSettings(minPixels, maxPixels, maxTiles, value);
    }
}
