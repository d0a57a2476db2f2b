package dev.embedonce.server.chat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.cache.Source;
import dev.embedonce.vlm.ImageReport;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How a request's picture was served.
 *
 * @param sha256 of its encoded bytes
 * @param source where its features came from
 * @param millis that it took
 * @param tokens of the prompt that it takes
 */
public record ServedImage(String sha256, Source source, double millis, int tokens) {
    /** The name of our field in responses. */
    public static final String FIELD = "embedonce";

    static ServedImage of(ImageReport report) {
        return new ServedImage(
                report.contentHash().hex(),
                report.source(),
                Math.round(report.time().toNanos() / 1e3) / 1e3,
                report.features().tokens());
    }

    /** Tokens of pictures that were not encoded for this request. */
    public static int cachedTokens(List<ServedImage> images) {
        return images.stream()
                .filter(image -> image.source.isReuse())
                .mapToInt(ServedImage::tokens)
                .sum();
    }

    private String name() {
        return source.name().toLowerCase(Locale.ROOT);
    }

    /** Our field: {@code {"cached_image_tokens": 20, "images": [{"sha256", "source", "hit", "ms", "tokens"}]}}. */
    public static ObjectNode json(List<ServedImage> images) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("cached_image_tokens", cachedTokens(images));
        var array = node.putArray("images");
        images.forEach(image -> array.addObject()
                .put("sha256", image.sha256)
                .put("source", image.name())
                .put("hit", image.source.isReuse())
                .put("ms", image.millis)
                .put("tokens", image.tokens));
        return node;
    }

    /** Our header: {@code memory;ms=0.21, encoded;ms=312.5}. */
    public static String header(List<ServedImage> images) {
        return images.stream()
                .map(image -> image.name() + ";ms=" + image.millis)
                .collect(Collectors.joining(", "));
    }
}
