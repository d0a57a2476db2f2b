package dev.embedonce.vlm.decoder.text;

import dev.embedonce.model.ModelConfig;
import java.util.List;

/** Reads {@code layer_types} of a {@code text_config}: the kind of attention of each layer. */
final class LayerTypes {
    /** A layer that sees the last positions only. */
    static final String SLIDING = "sliding_attention";
    /** A layer that sees all. */
    static final String FULL = "full_attention";

    private LayerTypes() {}

    /**
     * The kinds.
     *
     * @param config the {@code text_config}
     * @throws dev.embedonce.error.ModelLoadException if there are not as many as layers, or one is neither {@link #SLIDING} nor {@link #FULL}
     */
    static List<String> read(ModelConfig config, int layers) {
        List<String> types = config.texts("layer_types");
        if (types.size() != layers || !List.of(SLIDING, FULL).containsAll(types)) {
            throw config.refused("layer_types", SLIDING + " or " + FULL + " for each of " + layers + " layers");
        }
        return types;
    }
}
