package dev.embedonce.vlm.decoder.text;

import dev.embedonce.model.ModelConfig;
import java.util.List;
import java.util.stream.IntStream;

/** Reads the kind of attention of each layer from a {@code text_config}. */
final class LayerTypes {
    /** A layer with sliding-window attention. */
    static final String SLIDING = "sliding_attention";
    /** A layer with full attention. */
    static final String FULL = "full_attention";

    private LayerTypes() {}

    /**
     * Which layers have sliding-window attention: as {@code layer_types} lists them, or all but every {@code
     * sliding_window_pattern}-th.
     *
     * @param config the {@code text_config}
     * @param pattern where the config is silent
     * @throws dev.embedonce.error.ModelLoadException if {@code layer_types} are not as many as layers, or one is
     *     neither {@link #SLIDING} nor {@link #FULL}
     */
    static List<Boolean> sliding(ModelConfig config, int layers, int pattern) {
        if (config.has("layer_types")) {
            List<String> types = config.texts("layer_types");
            if (types.size() != layers || !List.of(SLIDING, FULL).containsAll(types)) {
                throw config.refused("layer_types", SLIDING + " or " + FULL + " for each of " + layers + " layers");
            }
            return types.stream().map(SLIDING::equals).toList();
        }
        int every = config.positive("sliding_window_pattern", pattern);
        return IntStream.range(0, layers)
                .mapToObj(layer -> (layer + 1) % every != 0)
                .toList();
    }
}
