package dev.embedonce.graph.onnx;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.safetensors.TensorInfo;
import dev.embedonce.graph.safetensors.Weights;
import dev.embedonce.key.Revisions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Collects the inputs, initialisers, nodes and outputs of one ONNX graph. Nodes are added in the order in which they
 * run. {@link Ops} has the operators by name and type; {@link #op} and {@link #contrib} are for any other. Not
 * thread-safe.
 *
 * <p>Weights are written as external data: file, byte offset, byte length, straight into the checkpoint. A tensor may
 * be viewed with another shape or cut by rows: both are only another offset and length.
 *
 * <p>Every block that adds to the graph declares its own revision ({@link #uses}). Revisions become part of the model
 * version, so that a change of one block's mathematics invalidates the cached answers of all models that use it, and no
 * others.
 */
public final class GraphBuilder {
    /** The standard operator set the nodes are written for. */
    public static final int OPSET = 23;

    /**
     * Raised when the same calls compute something else, because an operator of {@link Ops} or the code here has
     * changed.
     */
    private static final int REVISION = 1;

    private static final int IR_VERSION = 10;
    private static final String CONTRIB_DOMAIN = "com.microsoft";

    private record External(String name, TensorType type, Shape shape, Path file, long offset, long length) {}

    private final ProtoWriter graph = new ProtoWriter();
    private final Map<String, External> externals = new LinkedHashMap<>();
    private final Map<String, Value> constants = new HashMap<>();
    private final Revisions revisions = new Revisions();
    private Map<String, Value> casts = new HashMap<>();
    private ProtoWriter nodes = graph;
    private int names;

    /** Starts an empty graph. */
    public GraphBuilder() {
        uses("graph", REVISION);
    }

    /**
     * Declares that a block is part of this graph, at this revision. Every block calls it wherever it adds to a graph;
     * calling it again is harmless.
     *
     * @param block the block's name in model versions, which never changes
     * @param revision raised whenever the block computes something else for the same inputs and weights
     * @throws IllegalStateException if a block of that name was declared with another revision
     */
    public void uses(String block, int revision) {
        revisions.uses(block, revision);
    }

    /** An input of the graph. */
    public Value input(String name, TensorType type, Dim... dims) {
        graph.put(11, valueInfo(name, type, dims));
        return new Value(name, type);
    }

    /** Makes a value an output of the graph under this name. */
    public void output(String name, Value value, Dim... dims) {
        addNode(new Node(this, "", "Identity", new Value[] {value}).proto(List.of(new Value(name, value.type()))));
        graph.put(12, valueInfo(name, value.type(), dims));
    }

    /**
     * Makes a value an output of the graph under its own name, without a node in between: needed where an operator
     * writes into a buffer of the caller's.
     */
    public void expose(Value value, Dim... dims) {
        graph.put(12, valueInfo(value.name(), value.type(), dims));
    }

    /** A call of a standard operator; null stands for an optional input that is left out. */
    public Node op(String operator, @Nullable Value... inputs) {
        return new Node(this, "", operator, inputs);
    }

    /** A call of one of ONNX Runtime's own operators. */
    public Node contrib(String operator, @Nullable Value... inputs) {
        return new Node(this, CONTRIB_DOMAIN, operator, inputs);
    }

    /** A one-dimensional int64 constant. */
    public Value constant(long... values) {
        return constants.computeIfAbsent("I64" + Arrays.toString(values), key -> {
            ByteBuffer bytes = littleEndian(values.length * Long.BYTES);
            bytes.asLongBuffer().put(values);
            return constant(TensorType.I64, Shape.of(values.length), bytes);
        });
    }

    /** An int64 scalar. */
    public Value scalar(long value) {
        return constants.computeIfAbsent(
                "scalar I64 " + value,
                key -> constant(
                        TensorType.I64,
                        Shape.of(),
                        littleEndian(Long.BYTES).putLong(value).flip()));
    }

    /** A float32 scalar. */
    public Value scalar(float value) {
        return constants.computeIfAbsent(
                "scalar F32 " + Float.floatToRawIntBits(value),
                key -> constant(
                        TensorType.F32,
                        Shape.of(),
                        littleEndian(Float.BYTES).putFloat(value).flip()));
    }

    /** A float32 constant. */
    public Value constant(Shape shape, float... values) {
        ByteBuffer bytes = littleEndian(values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        return constant(TensorType.F32, shape, bytes);
    }

    /** The whole tensor, in its own type. */
    public Value external(TensorInfo tensor) {
        return external(tensor, 0, tensor.shape());
    }

    /**
     * Elements of a tensor from {@code firstElement} on, viewed with another shape, in the tensor's own type. The same
     * arguments give the same initialiser.
     *
     * @throws IllegalArgumentException if the elements pass the end of the tensor, or a tensor of that name came from
     *     another place
     */
    public Value external(TensorInfo tensor, long firstElement, Shape shape) {
        long size = tensor.type().sizeBytes();
        long length = shape.elementCount() * size;
        long start = firstElement * size;
        if (start < 0 || start + length > tensor.length()) {
            throw new IllegalArgumentException("tensor " + tensor.name() + " " + tensor.describe() + " has no " + shape
                    + " at element " + firstElement);
        }
        String name = tensor.name() + "@" + firstElement + shape;
        External external = new External(name, tensor.type(), shape, tensor.file(), tensor.offset() + start, length);
        External known = externals.putIfAbsent(name, external);
        if (known != null && !known.equals(external)) {
            throw new IllegalArgumentException(
                    "tensor " + tensor.name() + " is in the graph already, from " + known.file());
        }
        return new Value(name, tensor.type());
    }

    /**
     * One of two values, of which only the chosen one is computed. What a branch adds to the graph is seen in that
     * branch alone; branches see all that was there before.
     *
     * @param condition bool, one element
     * @param then computes the value where the condition holds; its last node makes it
     * @param otherwise likewise where it does not; of the same type
     */
    public Value choose(Value condition, Supplier<Value> then, Supplier<Value> otherwise) {
        Branch first = branch(then);
        Branch second = branch(otherwise);
        return op("If", condition)
                .with("then_branch", first.graph)
                .with("else_branch", second.graph)
                .output(first.result.type());
    }

    private record Branch(ProtoWriter graph, Value result) {}

    private Branch branch(Supplier<Value> body) {
        ProtoWriter around = nodes;
        Map<String, Value> castsAround = casts;
        nodes = new ProtoWriter();
        casts = new HashMap<>(castsAround);
        try {
            Value result = body.get();
            ProtoWriter type = new ProtoWriter()
                    .put(1, new ProtoWriter().put(1, result.type().onnxCode()));
            nodes.put(2, freshName("branch"))
                    .put(12, new ProtoWriter().put(1, result.name()).put(2, type));
            return new Branch(nodes, result);
        } finally {
            nodes = around;
            casts = castsAround;
        }
    }

    /** The value as float32; a value that is float32 already is returned as it is. */
    public Value asFloat32(Value value) {
        if (value.type() == TensorType.F32) {
            return value;
        }
        return casts.computeIfAbsent(
                value.name(),
                name -> op("Cast", value).with("to", TensorType.F32.onnxCode()).output(TensorType.F32));
    }

    /**
     * An initialiser from memory, such as weights quantised at load; it becomes part of the model's bytes.
     *
     * @param data little-endian, from position to limit; it must not change until the graph is built
     */
    public Value initializer(String name, TensorType type, Shape shape, ByteBuffer data) {
        long expected = shape.elementCount() * type.sizeBytes();
        if (data.remaining() != expected) {
            throw new IllegalArgumentException("initialiser " + name + ": expected " + expected + " bytes for " + type
                    + " " + shape + ", found " + data.remaining());
        }
        graph.put(5, tensorProto(name, type, shape).put(9, data));
        return new Value(name, type);
    }

    /**
     * Ends the graph.
     *
     * @throws ModelLoadException if the model's own bytes pass 2 GiB, which an ONNX model cannot
     */
    public OnnxGraph build() {
        Path folder = externals.isEmpty()
                ? null
                : Weights.commonFolder(
                        externals.values().stream().map(External::file).toList());
        for (External external : externals.values()) {
            String location = folder == null
                    ? ""
                    : folder.relativize(external.file()).toString().replace('\\', '/');
            graph.put(5, externalProto(external, location));
        }
        graph.put(2, "graph");
        ProtoWriter model = new ProtoWriter()
                .put(1, IR_VERSION)
                .put(2, "embedonce")
                .put(7, graph)
                .put(8, new ProtoWriter().put(1, "").put(2, OPSET))
                .put(8, new ProtoWriter().put(1, CONTRIB_DOMAIN).put(2, 1));
        try {
            return new OnnxGraph(model.toByteArray(), folder, revisions.all());
        } catch (ArithmeticException e) {
            throw new ModelLoadException(
                    "the graph with its own weights takes " + model.size() + " bytes; an ONNX model ends at 2 GiB", e);
        }
    }

    String freshName(String operator) {
        return operator + "_" + names++;
    }

    void addNode(ProtoWriter node) {
        nodes.put(1, node);
    }

    private Value constant(TensorType type, Shape shape, ByteBuffer bytes) {
        return initializer(freshName("const"), type, shape, bytes);
    }

    private static ProtoWriter externalProto(External external, String location) {
        return tensorProto(external.name(), external.type(), external.shape())
                .put(13, entry("location", location))
                .put(13, entry("offset", Long.toString(external.offset())))
                .put(13, entry("length", Long.toString(external.length())))
                .put(14, 1);
    }

    private static ProtoWriter entry(String key, String value) {
        return new ProtoWriter().put(1, key).put(2, value);
    }

    private static ProtoWriter tensorProto(String name, TensorType type, Shape shape) {
        ProtoWriter proto = new ProtoWriter();
        for (long dim : shape.dims()) {
            proto.put(1, dim);
        }
        return proto.put(2, type.onnxCode()).put(8, name);
    }

    private static ProtoWriter valueInfo(String name, TensorType type, Dim... dims) {
        ProtoWriter shape = new ProtoWriter();
        for (Dim dim : dims) {
            shape.put(1, dim.proto());
        }
        ProtoWriter tensorType = new ProtoWriter().put(1, type.onnxCode()).put(2, shape);
        return new ProtoWriter().put(1, name).put(2, new ProtoWriter().put(1, tensorType));
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
