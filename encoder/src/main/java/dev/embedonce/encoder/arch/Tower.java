package dev.embedonce.encoder.arch;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.LinearWeights;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Parameters;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.OnnxGraph;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.ModelFiles;
import dev.embedonce.model.tower.TowerGraph;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An encoder's tower while it is built: its graph with input and output, and the choice of pooling. Not thread-safe;
 * single use.
 */
final class Tower extends TowerGraph {
    private static final String FINGERPRINT_TAG = "embedonce.model.graph.v2";
    private static final String OUTPUT = "embedding";

    private final BuildOptions options;

    /**
     * Starts a tower.
     *
     * @param architecture the name in the fingerprint
     * @param revision of the architecture's own part of the graph, see {@link
     *     dev.embedonce.graph.onnx.GraphBuilder#uses}
     * @param config recorded, and read by the architecture alone
     * @param layouts the ways in which checkpoints name the tensors
     * @param probes tensors that tell the layouts apart
     */
    Tower(
            String architecture,
            int revision,
            ModelFiles files,
            ModelConfig config,
            BuildOptions options,
            List<NameLayout> layouts,
            String... probes) {
        super(
                architecture,
                revision,
                config,
                Parameters.resolve(files.weights(), layouts, probes),
                new Options(options.mode(), LinearWeights.DEFAULT, options.digester()));
        this.options = options;
    }

    Value pixelValues() {
        return ops().graph()
                .input(
                        "pixel_values",
                        TensorType.F32,
                        Dim.free("batch"),
                        Dim.of(3),
                        Dim.free("height"),
                        Dim.free("width"));
    }

    Value inputIds() {
        return ops().graph().input("input_ids", TensorType.I64, Dim.free("batch"), Dim.free("tokens"));
    }

    /**
     * The pooling the user chose, or the first of those that are possible.
     *
     * @throws ModelLoadException if the user chose one that is not possible
     */
    Pooling pooling(List<Pooling> possible) {
        Pooling pooling = options.pooling().orElse(possible.get(0));
        if (!possible.contains(pooling)) {
            throw new ModelLoadException(source() + ": " + architecture() + " has no pooling " + pooling.id()
                    + "; possible here: " + possible.stream().map(Pooling::id).collect(Collectors.joining(", ")));
        }
        return pooling;
    }

    /**
     * Ends the graph.
     *
     * @param embedding float32 [batch, dimension]
     */
    BuiltModel finish(Modality modality, Value embedding, int dimension, int extent, Pooling pooling) {
        Value result = options.normalize() ? ops().l2Normalize(embedding) : embedding;
        ops().graph().output(OUTPUT, result, Dim.free("batch"), Dim.of(dimension));
        OnnxGraph built = ops().graph().build();
        return new BuiltModel(
                architecture(),
                built,
                modality == Modality.IMAGE ? "pixel_values" : "input_ids",
                OUTPUT,
                dimension,
                extent,
                pooling,
                fingerprint(
                        digest(FINGERPRINT_TAG).put("pooling", pooling.id()).put("normalize", options.normalize()),
                        built),
                root().quantizationErrors());
    }
}
