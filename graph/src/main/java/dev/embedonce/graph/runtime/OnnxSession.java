package dev.embedonce.graph.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.embedonce.error.CacheException;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.onnx.OnnxGraph;
import dev.embedonce.graph.safetensors.Weights;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A graph that is ready to run in ONNX Runtime. Thread-safe: any number of threads may call {@link #run} at once and
 * share one copy of the weights. Whoever opens a session closes it; {@link #close} waits for runs that are under way,
 * and a run after it is an {@link IllegalStateException}.
 *
 * <p>Inputs in direct memory are read where they are. Outputs are tensors with memory of their own: no buffer of the
 * runtime outlives a run.
 */
public final class OnnxSession implements AutoCloseable {
    /** Outputs from this size on are in direct memory, so that they can be fed to another session without a copy. */
    private static final int DIRECT_FROM_BYTES = 64 * 1024;

    private final String name;
    private final OrtSession session;
    private final SessionOptions options;
    private final Map<String, TensorSpec> inputs;
    private final Map<String, TensorSpec> outputs;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    private OnnxSession(String name, OrtSession session, SessionOptions options) throws OrtException {
        this.name = name;
        this.session = session;
        this.options = options;
        this.inputs = specs(session.getInputInfo());
        this.outputs = specs(session.getOutputInfo());
    }

    /**
     * Opens an ONNX file. Its external data may lie beside it or, as in a hub cache, behind symbolic links.
     *
     * @throws ModelLoadException if the file or its external data is missing, damaged or uses what the runtime does not
     *     have, or the device is not available; the message names the file and the reason
     */
    public static OnnxSession open(Path file, SessionOptions options) {
        OnnxFile model = OnnxFile.read(file);
        if (model.externalData().isEmpty()) {
            return OrtSessions.create(
                    file.toString(), options, null, (env, o) -> env.createSession(file.toString(), o));
        }
        Path folder = file.toAbsolutePath().getParent();
        Map<String, Path> real = model.resolveExternalData(folder == null ? Path.of("") : folder);
        return open(file.toString(), model, real, base(file.toString(), real), options);
    }

    /**
     * Opens a model in memory that has all its weights in itself.
     *
     * @param name names the model in error messages
     * @param model the bytes of an ONNX ModelProto
     * @throws ModelLoadException as for a file, and if the model names files
     */
    public static OnnxSession open(String name, byte[] model, SessionOptions options) {
        OnnxFile file = OnnxFile.of(name, ByteBuffer.wrap(model));
        if (!file.externalData().isEmpty()) {
            throw new ModelLoadException(name + ": has external data "
                    + file.externalData().keySet() + ", but no folder to look for it was given");
        }
        return OrtSessions.create(name, options, null, (env, o) -> env.createSession(model, o));
    }

    /**
     * Opens a graph that was built here. Its weights may lie in any folders of one file system, such as a model's and a
     * cache's.
     *
     * @param name names the graph in error messages
     * @throws ModelLoadException as for a file
     */
    public static OnnxSession open(String name, OnnxGraph graph, SessionOptions options) {
        Path folder = graph.externalFolder().orElse(null);
        if (folder == null) {
            return open(name, graph.modelProto(), options);
        }
        OnnxFile model = OnnxFile.of(name, ByteBuffer.wrap(graph.modelProto()));
        Map<String, Path> real = model.resolveExternalData(folder);
        return open(name, model, real, Weights.commonFolder(real.values()), options);
    }

    /**
     * The runtime reads nothing outside the folder that it is given, and follows no symbolic link out of it. So it is
     * given the lowest folder that holds all the files, and the model in memory names each by its real path below that;
     * {@link OnnxFile} has checked the names in the model before.
     */
    private static OnnxSession open(
            String name, OnnxFile model, Map<String, Path> real, Path base, SessionOptions options) {
        byte[] relocated = model.withLocations(location -> relocated(name, location, base, real));
        return OrtSessions.create(name, options, base, (env, o) -> env.createSession(relocated, o));
    }

    /**
     * The lowest folder that holds all files of a model from elsewhere. The root of the file system is refused: below
     * it the runtime would read anything that a model names in a way that {@link OnnxFile} does not see.
     *
     * @param files real paths by their names in the model, at least one
     */
    static Path base(String name, Map<String, Path> files) {
        Path base = Weights.commonFolder(files.values());
        if (base.getParent() == null) {
            throw new ModelLoadException(name + ": its external data lies in no common folder but " + base
                    + "; put the model into a folder of its own");
        }
        return base;
    }

    private static String relocated(String name, String location, Path base, Map<String, Path> real) {
        Path file = real.get(location);
        String below = file == null
                ? ""
                : base.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
        // the runtime marks addresses in its own memory by names that begin like this
        if (below.isEmpty() || below.startsWith("*")) {
            throw new ModelLoadException(name + ": external data '" + location + "' has a name that is refused");
        }
        return below;
    }

    static OnnxSession of(String name, OrtSession session, SessionOptions options) throws OrtException {
        return new OnnxSession(name, session, options);
    }

    /** The inputs of the graph by name, in the graph's order. */
    public Map<String, TensorSpec> inputs() {
        return inputs;
    }

    /** The outputs of the graph by name, in the graph's order. */
    public Map<String, TensorSpec> outputs() {
        return outputs;
    }

    public SessionOptions options() {
        return options;
    }

    /** The runtime and device of this session, such as {@code onnxruntime 1.28.0 cpu}. */
    public String runtime() {
        return runtime(options.device());
    }

    /** The runtime with a device, as {@link #runtime()} has it. */
    public static String runtime(Device device) {
        return OrtSessions.runtime(device);
    }

    /** Runs the graph for all its outputs. */
    public Map<String, Tensor> run(Map<String, Tensor> feeds) {
        return run(feeds, outputs.keySet());
    }

    /**
     * Runs the graph for some of its outputs.
     *
     * @return the tensors asked for, in the order of the names
     * @throws IllegalArgumentException if an input is missing, unknown or of another type or shape, or an output
     *     unknown
     * @throws CacheException if the runtime fails
     */
    public Map<String, Tensor> run(Map<String, Tensor> feeds, Set<String> wanted) {
        checkFeeds(feeds);
        wanted.forEach(this::output);
        return guarded(() -> {
            Map<String, OnnxTensor> given = new LinkedHashMap<>();
            try {
                feed(feeds, given);
                try (OrtSession.Result result = session.run(given, wanted)) {
                    return copies(wanted, result);
                }
            } finally {
                given.values().forEach(OnnxTensor::close);
            }
        });
    }

    /**
     * Runs the graph for outputs whose shapes the caller knows: the runtime then writes them straight into the memory
     * of the tensors returned, and nothing is copied.
     *
     * @throws IllegalArgumentException if an input is missing, unknown or of another type or shape, or an output
     *     unknown
     * @throws CacheException if the runtime fails, or an output has another shape
     */
    public Map<String, Tensor> run(Map<String, Tensor> feeds, Map<String, long[]> outputShapes) {
        checkFeeds(feeds);
        outputShapes.keySet().forEach(this::output);
        return guarded(() -> {
            Map<String, OnnxTensor> given = new LinkedHashMap<>();
            Map<String, OnnxTensor> pinned = new LinkedHashMap<>();
            Map<String, Tensor> results = new LinkedHashMap<>();
            try {
                feed(feeds, given);
                for (Map.Entry<String, long[]> shape : outputShapes.entrySet()) {
                    DType dtype = dtype(output(shape.getKey()));
                    ByteBuffer memory = ByteBuffer.allocateDirect(Tensor.byteCount(dtype, shape.getValue()));
                    pinned.put(shape.getKey(), onnxTensor(dtype, shape.getValue(), memory));
                    results.put(shape.getKey(), Tensor.view(dtype, shape.getValue(), memory));
                }
                session.run(given, pinned).close();
                return results;
            } finally {
                given.values().forEach(OnnxTensor::close);
                pinned.values().forEach(OnnxTensor::close);
            }
        });
    }

    /**
     * Runs the graph with memory that it reads and writes in place, such as a KV cache: each state is an input and an
     * output over the same bytes. A run that fails leaves the states in an unknown condition. Concurrent runs must not
     * share states.
     *
     * @param feeds the inputs that are not states
     * @return the tensors asked for, in the order of the names
     * @throws IllegalArgumentException if an input is missing, unknown or of another type or shape, or an output
     *     unknown
     * @throws CacheException if the runtime fails
     */
    public Map<String, Tensor> run(Map<String, Tensor> feeds, List<InPlaceState> states, Set<String> wanted) {
        Map<String, Tensor> all = new LinkedHashMap<>(feeds);
        states.forEach(state -> all.put(state.input(), state.tensor()));
        checkFeeds(all);
        wanted.forEach(this::output);
        return guarded(() -> {
            Map<String, OnnxTensor> given = new LinkedHashMap<>();
            Map<String, OnnxTensor> pinned = new LinkedHashMap<>();
            try {
                feed(feeds, given);
                for (InPlaceState state : states) {
                    OnnxTensor shared = given.get(state.input());
                    if (shared == null) {
                        shared = onnxTensor(state.dtype(), state.shape(), state.memory());
                        given.put(state.input(), shared);
                    }
                    pinned.put(output(state.output()).name(), shared);
                }
                try (OrtSession.Result result = session.run(given, wanted, pinned)) {
                    return copies(wanted, result);
                }
            } finally {
                given.values().forEach(OnnxTensor::close);
            }
        });
    }

    private Map<String, Tensor> copies(Set<String> wanted, OrtSession.Result result) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        for (String output : wanted) {
            copies.put(output, copy(output, result.get(output).orElseThrow()));
        }
        return copies;
    }

    private interface Run {
        Map<String, Tensor> call() throws OrtException;
    }

    private Map<String, Tensor> guarded(Run run) {
        Lock running = lock.readLock();
        running.lock();
        try {
            if (closed) {
                throw new IllegalStateException(name + ": the session is closed");
            }
            return run.call();
        } catch (OrtException e) {
            throw new CacheException(name + ": the model failed: " + e.getMessage(), e);
        } finally {
            running.unlock();
        }
    }

    private static void feed(Map<String, Tensor> feeds, Map<String, OnnxTensor> given) throws OrtException {
        for (Map.Entry<String, Tensor> feed : feeds.entrySet()) {
            Tensor tensor = feed.getValue();
            given.put(feed.getKey(), onnxTensor(tensor.dtype(), tensor.shape(), tensor.data()));
        }
    }

    private static OnnxTensor onnxTensor(DType dtype, long[] shape, ByteBuffer data) throws OrtException {
        ByteBuffer direct = data;
        if (!data.isDirect()) {
            direct = ByteBuffer.allocateDirect(data.remaining()).put(data).flip();
        }
        // The runtime uses the machine's byte order; every machine it is built for is little-endian, as our tensors
        // are.
        return OnnxTensor.createTensor(
                OrtSessions.environment(), direct.order(ByteOrder.nativeOrder()), shape, javaType(dtype));
    }

    private Tensor copy(String output, OnnxValue value) {
        if (!(value instanceof OnnxTensor tensor)) {
            throw new CacheException(name + ": output '" + output + "' is not a tensor but " + value.getType());
        }
        DType dtype = dtype(output(output));
        long[] shape = tensor.getInfo().getShape();
        ByteBuffer bytes = tensor.getByteBuffer();
        return bytes.remaining() >= DIRECT_FROM_BYTES
                ? Tensor.copyOf(dtype, shape, bytes)
                : Tensor.view(dtype, shape, bytes);
    }

    private void checkFeeds(Map<String, Tensor> feeds) {
        if (!feeds.keySet().equals(inputs.keySet())) {
            throw new IllegalArgumentException(
                    name + ": expected the inputs " + inputs.keySet() + "; found " + feeds.keySet());
        }
        for (TensorSpec spec : inputs.values()) {
            Tensor feed = feeds.get(spec.name());
            if (feed == null || spec.dtype().filter(feed.dtype()::equals).isEmpty() || !spec.accepts(feed.shape())) {
                throw new IllegalArgumentException(name + ": expected input " + spec + "; found " + feed);
            }
        }
    }

    private TensorSpec output(String output) {
        TensorSpec spec = outputs.get(output);
        if (spec == null) {
            throw new IllegalArgumentException(name + ": no output '" + output + "'; it has " + outputs.keySet());
        }
        return spec;
    }

    private DType dtype(TensorSpec spec) {
        return spec.dtype()
                .orElseThrow(() -> new CacheException(name + ": output " + spec + " has a type that cannot be kept"));
    }

    @Override
    public void close() {
        Lock closing = lock.writeLock();
        closing.lock();
        try {
            if (!closed) {
                closed = true;
                session.close();
            }
        } catch (OrtException e) {
            throw new CacheException(name + ": closing the session failed: " + e.getMessage(), e);
        } finally {
            closing.unlock();
        }
    }

    @Override
    public String toString() {
        return name + " (" + runtime() + ")";
    }

    private static Map<String, TensorSpec> specs(Map<String, NodeInfo> nodes) {
        Map<String, TensorSpec> specs = new LinkedHashMap<>();
        for (NodeInfo node : nodes.values()) {
            if (node.getInfo() instanceof TensorInfo tensor) {
                String[] dimNames = tensor.getDimensionNames();
                specs.put(
                        node.getName(),
                        TensorSpec.of(
                                node.getName(), tensor.type.name(), dtype(tensor.type), tensor.getShape(), dimNames));
            } else {
                specs.put(
                        node.getName(),
                        TensorSpec.of(
                                node.getName(),
                                node.getInfo().toString(),
                                Optional.empty(),
                                new long[0],
                                new String[0]));
            }
        }
        return Collections.unmodifiableMap(specs);
    }

    private static OnnxJavaType javaType(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> OnnxJavaType.FLOAT;
            case FLOAT16 -> OnnxJavaType.FLOAT16;
            case BFLOAT16 -> OnnxJavaType.BFLOAT16;
            case INT64 -> OnnxJavaType.INT64;
            case INT32 -> OnnxJavaType.INT32;
            case BOOL -> OnnxJavaType.BOOL;
        };
    }

    private static Optional<DType> dtype(OnnxJavaType type) {
        return Arrays.stream(DType.values()).filter(d -> javaType(d) == type).findFirst();
    }
}
