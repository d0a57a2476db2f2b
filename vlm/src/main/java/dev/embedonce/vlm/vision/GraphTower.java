package dev.embedonce.vlm.vision;

import dev.embedonce.graph.onnx.OnnxGraph;
import dev.embedonce.graph.runtime.Device;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A tower that is one ONNX graph, every input and output of which begins with a batch axis. On a GPU, pictures whose
 * inputs have the same shapes run together. On a CPU each is a run of its own, so that its features are the same to the
 * last bit whatever else is in the batch: without repacked weights the runtime's last bits depend on how many pictures
 * are in a run.
 */
public final class GraphTower implements VisionTower {
    private static final int BATCH = 8;
    /** Inputs of one run are kept below this, since the activations of a tower are many times larger. */
    private static final long BATCH_BYTES = 32L << 20;

    private final LazySession session;
    private final String runtime;
    private final String modelVersion;
    private final OnnxGraph graph;
    private final Function<ProcessedImage, List<Map<String, Tensor>>> feeds;

    /**
     * A tower over a session that it then owns.
     *
     * @param runtime what will run it
     * @param graph what the session runs
     * @param feeds the graph's inputs for one picture, or for each of its pieces, without the batch axis
     */
    GraphTower(
            LazySession session,
            String runtime,
            String modelVersion,
            OnnxGraph graph,
            Function<ProcessedImage, List<Map<String, Tensor>>> feeds) {
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

    /** The graph's inputs for each piece of a picture, without the batch axis. */
    List<Map<String, Tensor>> feeds(ProcessedImage image) {
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
        List<List<Map<String, Tensor>>> pieces = images.stream().map(feeds).toList();
        List<Map<String, Tensor>> inputs = pieces.stream().flatMap(List::stream).toList();
        List<Map<String, Tensor>> outputs = run(inputs);
        List<VisionFeatures> answers = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < images.size(); i++) {
            int end = from + pieces.get(i).size();
            Map<String, Tensor> features = new LinkedHashMap<>(images.get(i).layout());
            features.putAll(joined(outputs.subList(from, end)));
            answers.add(new VisionFeatures(features));
            from = end;
        }
        return answers;
    }

    /** The features of a picture's pieces, concatenated. */
    private static Map<String, Tensor> joined(List<Map<String, Tensor>> pieces) {
        Map<String, Tensor> first = pieces.get(0);
        if (pieces.size() == 1) {
            return first;
        }
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (String name : first.keySet()) {
            List<Tensor> parts = pieces.stream()
                    .map(piece -> Objects.requireNonNull(piece.get(name)))
                    .toList();
            long[] shape = parts.get(0).shape().clone();
            shape[0] = parts.stream().mapToLong(part -> part.dim(0)).sum();
            all.put(name, Tensor.joined(shape, parts));
        }
        return all;
    }

    /** The graph's outputs for each of these inputs. */
    private List<Map<String, Tensor>> run(List<Map<String, Tensor>> inputs) {
        Map<String, List<Integer>> alike = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            alike.computeIfAbsent(shapes(inputs.get(i)), shapes -> new ArrayList<>())
                    .add(i);
        }
        List<Map<String, Tensor>> outputs = new ArrayList<>(Collections.nCopies(inputs.size(), Map.of()));
        for (List<Integer> group : alike.values()) {
            int size = picturesARun(inputs.get(group.get(0)));
            for (int from = 0; from < group.size(); from += size) {
                run(group.subList(from, Math.min(from + size, group.size())), inputs, outputs);
            }
        }
        return outputs;
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

    private void run(List<Integer> part, List<Map<String, Tensor>> inputs, List<Map<String, Tensor>> outputs) {
        Map<String, Tensor> batch = new HashMap<>();
        for (String name : inputs.get(part.get(0)).keySet()) {
            batch.put(
                    name,
                    stacked(part.stream().map(i -> inputs.get(i).get(name)).toList()));
        }
        Map<String, Tensor> answers = session.get().run(batch);
        for (int i = 0; i < part.size(); i++) {
            Map<String, Tensor> own = new LinkedHashMap<>();
            for (Map.Entry<String, Tensor> answer : answers.entrySet()) {
                own.put(answer.getKey(), part.size() == 1 ? only(answer.getValue()) : row(answer.getValue(), i));
            }
            outputs.set(part.get(i), own);
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
