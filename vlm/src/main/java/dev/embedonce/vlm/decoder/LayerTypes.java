package dev.embedonce.vlm.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.encoder.arch.ModelConfig;
import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code layer_types} of a {@code text_config}: the kind of attention of each layer. */
public final class LayerTypes {
    /** A layer that sees the last positions only. */
    public static final String SLIDING = "sliding_attention";
    /** A layer that sees all. */
    public static final String FULL = "full_attention";

    private static final ObjectMapper JSON = new ObjectMapper();

    private LayerTypes() {}

    /**
     * The kinds.
     *
     * @param config the {@code text_config}
     * @throws ModelLoadException if there are not as many as layers, or one is neither {@link #SLIDING} nor {@link #FULL}
     */
    public static List<String> read(ModelConfig config, int layers) {
        try {
            List<String> types = new ArrayList<>();
            for (JsonNode type :
                    JSON.readTree(config.file().toFile()).path("text_config").path("layer_types")) {
                types.add(type.asText());
            }
            if (types.size() != layers || !List.of(SLIDING, FULL).containsAll(types)) {
                throw config.refused("layer_types", SLIDING + " or " + FULL + " for each of " + layers + " layers");
            }
            return types;
        } catch (IOException e) {
            throw new ModelLoadException(config.file() + ": cannot be read: " + e, e);
        }
    }
}
