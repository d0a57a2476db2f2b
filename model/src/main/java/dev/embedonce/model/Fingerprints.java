package dev.embedonce.model;

import dev.embedonce.graph.blocks.Parameters;
import dev.embedonce.graph.safetensors.TensorDigester;
import dev.embedonce.graph.safetensors.TensorInfo;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.key.Revisions;
import java.util.Map;
import java.util.SortedMap;

/** The part of a fingerprint that is the same for every graph that we build. */
public final class Fingerprints {
    private Fingerprints() {}

    /**
     * Adds the blocks that the graph is made of with their revisions, and the fields of the config and the tensors that
     * were read, whatever their names in the file.
     *
     * @param revisions {@link dev.embedonce.graph.onnx.OnnxGraph#revisions}
     * @param config what has been read
     * @return the same digest
     */
    public static FramedDigest put(
            FramedDigest digest,
            SortedMap<String, Integer> revisions,
            ConfigRecord config,
            Parameters parameters,
            TensorDigester digester) {
        Revisions.put(digest, revisions);
        config.values().forEach((name, value) -> digest.put("config." + name, value));
        for (Map.Entry<String, TensorInfo> entry : parameters.read().entrySet()) {
            TensorInfo tensor = entry.getValue();
            digest.put("tensor", entry.getKey())
                    .put("dtype", tensor.type().safetensorsName())
                    .put("shape", tensor.shape().dims())
                    .put("sha256", digester.sha256(tensor));
        }
        return digest;
    }
}
