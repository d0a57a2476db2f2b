package dev.embedonce.model.tower;

import dev.embedonce.graph.blocks.LinearWeights;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.Parameters;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.OnnxGraph;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.safetensors.TensorDigester;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.model.Fingerprints;
import dev.embedonce.model.ModelConfig;

/**
 * What building a tower is the same for in every model: the graph over the weights, the numeric mode of the layers, the
 * fingerprint. Not thread-safe; single use.
 */
public abstract class TowerGraph {
    /**
     * How the weights of a tower are held.
     *
     * @param mode of the linear layers; part of the fingerprint
     * @param linearWeights how their weights get into the graph
     * @param digester says what the tensors hold
     */
    public record Options(NumericMode mode, LinearWeights linearWeights, TensorDigester digester) {}

    private final String architecture;
    private final ModelConfig config;
    private final Parameters parameters;
    private final Options options;
    private final GraphBuilder graph = new GraphBuilder();
    private final Scope root;

    /**
     * Starts a tower.
     *
     * @param architecture the name in the fingerprint, such as {@code llava.vision}
     * @param revision of the architecture's own part of the graph and of its inputs, see {@link GraphBuilder#uses}
     * @param config recorded, and read for nothing but the tower
     */
    protected TowerGraph(
            String architecture, int revision, ModelConfig config, Parameters parameters, Options options) {
        this.architecture = architecture;
        this.config = config;
        this.parameters = parameters;
        this.options = options;
        this.root = Scope.root(graph, parameters, NumericMode.FLOAT32, options.linearWeights());
        graph.uses(architecture, revision);
    }

    protected final String architecture() {
        return architecture;
    }

    /** The file or directory of the weights, for messages. */
    protected final String source() {
        return parameters.source();
    }

    /** The tower's tensors outside its layers: always float32. */
    public final Scope root() {
        return root;
    }

    /** One of the equal layers, in the numeric mode chosen for the tower. */
    public final Scope layer(String list, int index) {
        return root.at(list, index).in(options.mode());
    }

    public final Ops ops() {
        return root.ops();
    }

    /**
     * Makes a value an output of the tower.
     *
     * @param value float32 {@code [batch, tokens, channels]}
     */
    public final void output(String name, Value value, int channels) {
        graph.output(name, value, Dim.free("batch"), Dim.free(name + "_tokens"), Dim.of(channels));
    }

    /** Starts a digest of what decides about the tower's answers. */
    protected final FramedDigest digest(String tag) {
        return FramedDigest.tagged(tag)
                .put("architecture", architecture)
                .put("numericMode", options.mode().id());
    }

    /**
     * The fingerprint.
     *
     * @param digest from {@link #digest}, with all other choices
     * @return the architecture and a digest of those choices, the revisions of all blocks in the graph, the config
     *     fields and the content of the tensors that were read
     */
    protected final String fingerprint(FramedDigest digest, OnnxGraph built) {
        return architecture + "-"
                + Fingerprints.put(digest, built.revisions(), config.record(), parameters, options.digester())
                        .hexDigest();
    }
}
