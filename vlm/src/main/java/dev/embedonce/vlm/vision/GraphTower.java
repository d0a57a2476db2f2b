package dev.embedonce.vlm.vision;

import dev.embedonce.graph.onnx.OnnxGraph;
import dev.embedonce.graph.runtime.Device;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A tower that is one ONNX graph, every input and output of which begins with a batch axis. On a GPU, pictures whose inputs have the
 * same shapes run together. On a CPU each is a run of its own, so that its features are the same to the last bit whatever else is in the
 * batch: without repacked weights the runtime's last bits depend on how many pictures are in a run.
 */
public final class GraphTower implements VisionTower {
    private static final int BATCH = 8;
    /** Inputs of one run are kept below this, since the activations of a tower are many times larger. */
    private static final long BATCH_BYTES = 32L << 20;

    private final LazySession session;
    private final String runtime;
    private final String modelVersion;
    private final OnnxGraph graph;
    private final Function<ProcessedImage, Map<String, Tensor>> feeds;

    /**
     * A tower over a session that it then owns.
     *
     * @param runtime what will run it
     * @param graph what the session runs
     * @param feeds the graph's inputs for one picture, without the batch axis
     */
    GraphTower(
            LazySession session,
            String runtime,
            String modelVersion,
            OnnxGraph graph,
            Function<ProcessedImage, Map<String, Tensor>> feeds) {
        this.session = session;
        this.runtime = runtime;
        this.modelVersion = modelVersion;
        this.graph = graph;
        this.feeds = feeds;
    }

    /** What the session runs. */
    OnnxGraph graph() {
        return graph;
    }

    /** The graph's inputs for one picture, without the batch axis. */
    Map<String, Tensor> feeds(ProcessedImage image) {
        return feeds.apply(image);
    }

    @Override
    public String modelVersion() {
        return modelVersion;
    }

    @Override
    public String runtime() {
        return runtime;
    }

    @Override
    public int batchSize() {
        return BATCH;
    }

    @Override
    public List<VisionFeatures> encode(List<ProcessedImage> images) {
        Map<String, List<Integer>> alike = new LinkedHashMap<>();
        List<Map<String, Tensor>> inputs = images.stream().map(feeds).toList();
        for (int i = 0; i < inputs.size(); i++) {
            alike.computeIfAbsent(shapes(inputs.get(i)), shapes -> new ArrayList<>())
                    .add(i);
        }
        VisionFeatures[] answers = new VisionFeatures[images.size()];
        for (List<Integer> group : alike.values()) {
            int size = picturesARun(inputs.get(group.get(0)));
            for (int from = 0; from < group.size(); from += size) {
                List<Integer> part = group.subList(from, Math.min(from + size, group.size()));
                run(part, images, inputs, answers);
            }
        }
        return Arrays.asList(answers);
    }

    private static String shapes(Map<String, Tensor> inputs) {
        return inputs.entrySet().stream()
                .map(e -> e.getKey() + Arrays.toString(e.getValue().shape()))
                .sorted()
                .collect(Collectors.joining());
    }

    private int picturesARun(Map<String, Tensor> inputs) {
        if (session.get().options().device() == Device.CPU) {
            return 1;
        }
        long bytes =
                inputs.values().stream().mapToLong(t -> t.data().remaining()).sum();
        return (int) Math.max(1, Math.min(BATCH, BATCH_BYTES / Math.max(1, bytes)));
    }

    private void run(
            List<Integer> part,
            List<ProcessedImage> images,
            List<Map<String, Tensor>> inputs,
            VisionFeatures[] answers) {
        Map<String, Tensor> batch = new HashMap<>();
        for (String name : inputs.get(part.get(0)).keySet()) {
            batch.put(
                    name,
                    stacked(part.stream().map(i -> inputs.get(i).get(name)).toList()));
        }
        Map<String, Tensor> outputs = session.get().run(batch);
        for (int i = 0; i < part.size(); i++) {
            ProcessedImage image = images.get(part.get(i));
            Map<String, Tensor> features = new LinkedHashMap<>(image.layout());
            for (Map.Entry<String, Tensor> output : outputs.entrySet()) {
                features.put(output.getKey(), part.size() == 1 ? only(output.getValue()) : row(output.getValue(), i));
            }
            answers[part.get(i)] = new VisionFeatures(features);
        }
    }

    private static Tensor stacked(List<Tensor> tensors) {
        Tensor first = tensors.get(0);
        long[] shape = new long[first.rank() + 1];
        shape[0] = tensors.size();
        System.arraycopy(first.shape(), 0, shape, 1, first.rank());
        if (tensors.size() == 1) {
            return Tensor.view(first.dtype(), shape, first.data());
        }
        return Tensor.joined(shape, tensors);
    }

    private static Tensor only(Tensor batch) {
        return Tensor.view(batch.dtype(), rowShape(batch), batch.data());
    }

    /** A copy, so that the batch's memory goes when its other pictures do. */
    private static Tensor row(Tensor batch, int index) {
        long[] shape = rowShape(batch);
        DType dtype = batch.dtype();
        int bytes = Tensor.byteCount(dtype, shape);
        return Tensor.copyOf(dtype, shape, batch.data().slice(index * bytes, bytes));
    }

    private static long[] rowShape(Tensor batch) {
        return Arrays.copyOfRange(batch.shape(), 1, batch.rank());
    }

    @Override
    public void close() {
        session.close();
    }
}
