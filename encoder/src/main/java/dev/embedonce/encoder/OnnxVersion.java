package dev.embedonce.encoder;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.key.FramedDigest;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.regex.Pattern;

/**
 * The model version of a ready ONNX model: the {@code model_type} of its config and a digest of all that shapes its
 * vectors. No path, folder or hub name is part of it.
 */
final class OnnxVersion {
    /** Raised by hand when what is done to a graph's output changes. */
    private static final int REVISION = 1;

    /**
     * For graphs with {@link RunWideOperators}, whose vectors were shaped by their neighbours under the first
     * revision.
     */
    private static final int RUN_WIDE_REVISION = 2;

    private static final Pattern MODEL_TYPE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private OnnxVersion() {}

    /**
     * The version.
     *
     * @param config the model's {@code config.json}, if it has one
     * @param model SHA-256 of the ONNX file, hexadecimal
     * @param externalData the same of each file with external data, by its name in the model
     * @param runWide whether the graph has {@link RunWideOperators}
     */
    static String of(
            Optional<JsonNode> config,
            String model,
            SortedMap<String, String> externalData,
            boolean runWide,
            VectorOutput output) {
        FramedDigest digest = FramedDigest.tagged("embedonce.model.onnx.v1")
                .put("revision", runWide ? RUN_WIDE_REVISION : REVISION)
                .put("model", model)
                .put("externalFiles", externalData.size());
        for (Map.Entry<String, String> file : externalData.entrySet()) {
            digest.put("location", file.getKey()).put("sha256", file.getValue());
        }
        digest.put("output", output.name())
                .put("pooling", output.pooling().id())
                .put("normalize", output.normalize())
                .put("numericMode", "as-stored");
        return architecture(config) + "@sha256:" + digest.hexDigest();
    }

    private static String architecture(Optional<JsonNode> config) {
        return config.map(json -> json.path("model_type").asText())
                .filter(type -> MODEL_TYPE.matcher(type).matches())
                .orElse("onnx");
    }
}
