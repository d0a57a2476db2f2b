package dev.embedonce.cli.vlm;

import dev.embedonce.vlm.vision.ImageSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Settings of the preprocessing of pictures: options that commands share. */
final class PixelSettings {
    @Option(names = "--min-pixels", paramLabel = "N", description = "The least area a picture is resized to.")
    private @Nullable Long minPixels;

    @Option(names = "--max-pixels", paramLabel = "N", description = "The largest area a picture is resized to.")
    private @Nullable Long maxPixels;

    @Option(names = "--max-tiles", paramLabel = "N", description = "The most tiles a picture is cut into.")
    private @Nullable Integer maxTiles;

    ImageSettings settings() {
        ImageSettings settings = ImageSettings.DEFAULT;
        settings = minPixels == null ? settings : settings.withMinPixels(minPixels);
        settings = maxPixels == null ? settings : settings.withMaxPixels(maxPixels);
        return maxTiles == null ? settings : settings.withMaxTiles(maxTiles);
    }
}
