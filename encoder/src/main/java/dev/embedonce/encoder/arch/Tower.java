package dev.embedonce.encoder.arch;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.Parameters;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.OnnxGraph;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.model.Fingerprints;
import dev.embedonce.model.ModelConfig;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What building a tower is the same for in every architecture: the graph with its input and output, the choice of pooling, and
 * the fingerprint. Not thread-safe; single use.
 */
final class Tower {
    private static final String FINGERPRINT_TAG = "embedonce.model.graph.v2";
    private static final String OUTPUT = "embedding";

    private final String architecture;
    private final ModelConfig config;
    private final BuildOptions options;
    private final Parameters parameters;
    private final GraphBuilder graph = new GraphBuilder();
    private final Scope root;

    /**
     * Starts a tower.
     *
     * @param architecture the name in the fingerprint
     * @param revision of the architecture's own part of the graph, see {@link GraphBuilder#uses}
     * @param config from which the architecture has read what it uses
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
        this.architecture = architecture;
        this.config = config;
        this.options = options;
        this.parameters = Parameters.resolve(files.weights(), layouts, probes);
        this.root = Scope.root(graph, parameters, NumericMode.FLOAT32);
        graph.uses(architecture, revision);
    }

    /** The model's tensors outside the layers: always float32. */
    Scope root() {
        return root;
    }

    /** One of the equal layers, in the numeric mode the user chose. */
    Scope layer(String list, int index) {
        return root.at(list, index).in(options.mode());
    }

    Ops ops() {
        return root.ops();
    }

    Value pixelValues() {
        return graph.input(
                "pixel_values", TensorType.F32, Dim.free("batch"), Dim.of(3), Dim.free("height"), Dim.free("width"));
    }

    Value inputIds() {
        return graph.input("input_ids", TensorType.I64, Dim.free("batch"), Dim.free("tokens"));
    }

    /**
     * The pooling the user chose, or the first of those that are possible.
     *
     * @throws ModelLoadException if the user chose one that is not possible
     */
    Pooling pooling(List<Pooling> possible) {
        Pooling pooling = options.pooling().orElse(possible.get(0));
        if (!possible.contains(pooling)) {
            throw new ModelLoadException(parameters.source() + ": " + architecture + " has no pooling " + pooling.id()
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
        graph.output(OUTPUT, result, Dim.free("batch"), Dim.of(dimension));
        OnnxGraph built = graph.build();
        return new BuiltModel(
                architecture,
                built,
                modality == Modality.IMAGE ? "pixel_values" : "input_ids",
                OUTPUT,
                dimension,
                extent,
                pooling,
                architecture + "-" + digest(built, pooling),
                root.quantizationErrors());
    }

    private String digest(OnnxGraph built, Pooling pooling) {
        FramedDigest digest = FramedDigest.tagged(FINGERPRINT_TAG)
                .put("architecture", architecture)
                .put("numericMode", options.mode().id())
                .put("pooling", pooling.id())
                .put("normalize", options.normalize());
        return Fingerprints.put(digest, built.revisions(), config, parameters, options.digester())
                .hexDigest();
    }
}
