package dev.embedonce.server.api.json;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.engine.ServedImage;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a request's pictures were served, as responses report it. */
public final class ServedImages {
    /** The name of our field in responses. */
    public static final String FIELD = "embedonce";

    private ServedImages() {}

    private static String source(ServedImage image) {
        return image.source().name().toLowerCase(Locale.ROOT);
    }

    /** In milliseconds, to a thousandth. */
    private static double millis(ServedImage image) {
        return Math.round(image.time().toNanos() / 1e3) / 1e3;
    }

    /** Our field: {@code {"cached_image_tokens": 20, "images": [{"sha256", "source", "hit", "ms", "tokens"}]}}. */
    public static ObjectNode json(List<ServedImage> images) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("cached_image_tokens", ServedImage.cachedTokens(images));
        var array = node.putArray("images");
        images.forEach(image -> array.add(json(image)));
        return node;
    }

    /** One picture: {@code {"sha256", "source", "hit", "ms", "tokens"}}. */
    public static ObjectNode json(ServedImage image) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("sha256", image.sha256())
                .put("source", source(image))
                .put("hit", image.source().isReuse())
                .put("ms", millis(image))
                .put("tokens", image.tokens());
    }

    /** Our header: {@code memory;ms=0.21, encoded;ms=312.5}. */
    public static String header(List<ServedImage> images) {
        return images.stream()
                .map(image -> source(image) + ";ms=" + millis(image))
                .collect(Collectors.joining(", "));
    }
}
