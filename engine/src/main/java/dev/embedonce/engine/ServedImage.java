package dev.embedonce.engine;

import dev.embedonce.feature.Source;
import dev.embedonce.vlm.ImageReport;
import java.time.Duration;
import java.util.List;

/**
 * How a request's picture was served.
 *
 * @param sha256 of its encoded bytes
 * @param source where its features came from
 * @param time that serving it took
 * @param tokens of the prompt that it takes
 */
public record ServedImage(String sha256, Source source, Duration time, int tokens) {
    static ServedImage of(ImageReport report) {
        return new ServedImage(
                report.contentHash().hex(),
                report.source(),
                report.time(),
                report.features().tokens());
    }

    /** Tokens of pictures that were not encoded for this request. */
    public static int cachedTokens(List<ServedImage> images) {
        return images.stream()
                .filter(image -> image.source.isReuse())
                .mapToInt(ServedImage::tokens)
                .sum();
    }
}
