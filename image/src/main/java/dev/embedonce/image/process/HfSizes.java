package dev.embedonce.image.process;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;

/** The forms in which processor configurations write sizes. */
// Source: transformers 5.23, image_processing_utils.get_size_dict and image_processing_backends.PilBackend.resize
final class HfSizes {
    private static final String FORMS = "a number, [height, width], or {height, width}, {shortest_edge}, "
            + "{shortest_edge, longest_edge} or {max_height, max_width}";

    private HfSizes() {}

    /** The rule that {@code node}, the value of {@code key}, stands for. */
    static ResizeRule rule(HfConfig config, String key, JsonNode node, boolean defaultToSquare) {
        if (node.isNumber()) {
            int size = positive(config, key, node);
            return defaultToSquare ? new ResizeRule.Exact(size, size) : new ResizeRule.ShortestEdge(size);
        }
        if (node.isArray() && node.size() == 2) {
            return new ResizeRule.Exact(positive(config, key, node.get(0)), positive(config, key, node.get(1)));
        }
        Set<String> keys = new TreeSet<>();
        node.fieldNames().forEachRemaining(name -> {
            if (!node.get(name).isNull()) {
                keys.add(name);
            }
        });
        if (keys.equals(Set.of("height", "width"))) {
            return new ResizeRule.Exact(
                    positive(config, key, node.get("height")), positive(config, key, node.get("width")));
        }
        if (keys.equals(Set.of("shortest_edge"))) {
            return new ResizeRule.ShortestEdge(positive(config, key, node.get("shortest_edge")));
        }
        if (keys.equals(Set.of("shortest_edge", "longest_edge"))) {
            return new ResizeRule.ShortestLongest(
                    positive(config, key, node.get("shortest_edge")), positive(config, key, node.get("longest_edge")));
        }
        if (keys.equals(Set.of("max_height", "max_width"))) {
            return new ResizeRule.Within(
                    positive(config, key, node.get("max_height")), positive(config, key, node.get("max_width")));
        }
        throw config.wrong(key, FORMS, node);
    }

    /** A fixed size. */
    static ResizeRule.Exact exact(HfConfig config, String key, JsonNode node) {
        if (rule(config, key, node, true) instanceof ResizeRule.Exact exact) {
            return exact;
        }
        throw config.wrong(key, "a height and a width", node);
    }

    private static int positive(HfConfig config, String key, JsonNode node) {
        int value = config.integer(key, node);
        if (value < 1 || value > 1 << 16) {
            throw config.wrong(key, "sizes from 1 to 65536", node);
        }
        return value;
    }
}
