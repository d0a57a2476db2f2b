package dev.embedonce.graph.blocks;

import dev.embedonce.graph.Shape;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.safetensors.TensorInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A place in the tree of a model's modules: the operators to build with, and the weights whose names start with a
 * prefix. All scopes of one model share one graph. Not thread-safe.
 */
public final class Scope {
    private final Ops ops;
    private final Parameters parameters;
    private final NumericMode mode;
    private final LinearWeights linearWeights;
    private final List<QuantizationError> quantizationErrors;
    private final String prefix;

    private Scope(
            Ops ops,
            Parameters parameters,
            NumericMode mode,
            LinearWeights linearWeights,
            List<QuantizationError> quantizationErrors,
            String prefix) {
        this.ops = ops;
        this.parameters = parameters;
        this.mode = mode;
        this.linearWeights = linearWeights;
        this.quantizationErrors = quantizationErrors;
        this.prefix = prefix;
    }

    /** The root of a model. */
    public static Scope root(GraphBuilder graph, Parameters parameters, NumericMode mode) {
        return root(graph, parameters, mode, LinearWeights.DEFAULT);
    }

    /** The root of a model, with a choice of how the weights of its linear layers enter the graph. */
    public static Scope root(GraphBuilder graph, Parameters parameters, NumericMode mode, LinearWeights linearWeights) {
        return new Scope(new Ops(graph), parameters, mode, linearWeights, new ArrayList<>(), "");
    }

    /** The module {@code name} below this one; {@code a.b} goes two levels down. */
    public Scope at(String name) {
        return new Scope(ops, parameters, mode, linearWeights, quantizationErrors, prefix + name + ".");
    }

    /** The module number {@code index} in the list {@code name}. */
    public Scope at(String name, int index) {
        return at(name + "." + index);
    }

    /** The same place, with the linear layers below it in another numeric mode. */
    public Scope in(NumericMode other) {
        return new Scope(ops, parameters, other, linearWeights, quantizationErrors, prefix);
    }

    public Ops ops() {
        return ops;
    }

    public NumericMode mode() {
        return mode;
    }

    /** Whether linear layers below this place widen 16-bit weights each time they are used. */
    public boolean widensAsUsed() {
        return mode == NumericMode.FLOAT32 && linearWeights.widenAsUsed();
    }

    LinearWeights linearWeights() {
        return linearWeights;
    }

    public boolean has(String name) {
        return parameters.has(prefix + name);
    }

    /** Whether there is a weight of exactly this shape, for tensors that are published in more than one. */
    public boolean fits(String name, long... dims) {
        return parameters.fits(prefix + name, dims);
    }

    /**
     * Where a weight lies.
     *
     * @throws dev.embedonce.error.ModelLoadException if it is missing or not a float tensor of this shape
     */
    public TensorInfo tensor(String name, long... dims) {
        return parameters.require(prefix + name, dims);
    }

    /** A weight of this shape as float32. */
    public Value weight(String name, long... dims) {
        return ops.graph().asFloat32(ops.graph().external(tensor(name, dims)));
    }

    /** Elements of a weight from {@code firstElement} on, viewed with another shape, as float32. */
    public Value viewFrom(TensorInfo tensor, long firstElement, long... dims) {
        return ops.graph().asFloat32(ops.graph().external(tensor, firstElement, Shape.of(dims)));
    }

    /** A whole weight, viewed with another shape, as float32. */
    public Value view(TensorInfo tensor, long... dims) {
        return viewFrom(tensor, 0, dims);
    }

    void report(QuantizationError error) {
        quantizationErrors.add(error);
    }

    /** The error of each weight that has been quantised so far. */
    public List<QuantizationError> quantizationErrors() {
        return Collections.unmodifiableList(quantizationErrors);
    }
}
