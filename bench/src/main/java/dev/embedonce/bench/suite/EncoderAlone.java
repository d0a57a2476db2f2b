package dev.embedonce.bench.suite;

import dev.embedonce.bench.fixture.DefaultModel;
import dev.embedonce.bench.fixture.Photos;
import dev.embedonce.bench.fixture.PythonPeers;
import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Contender;
import dev.embedonce.bench.measure.Findings;
import dev.embedonce.bench.measure.Measured;
import dev.embedonce.bench.measure.Result;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.PreparedImage;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** The default encoder on prepared pixels, beside Python's ONNX Runtime with the same graph, batch and threads. */
final class EncoderAlone implements Benchmark {
    private static final String PYTHON = "Python's onnxruntime";
    private static final String OURS = "encode";

    @Override
    public String name() {
        return "encoder";
    }

    @Override
    public Result run(Workbench bench) throws Exception {
        int cores = Runtime.getRuntime().availableProcessors();
        Findings findings = new Findings(name(), "The default encoder on a batch of ready pixels")
                .parameter("batch", DefaultModel.BATCH)
                .parameter("cores", cores)
                .note(
                        "The same graph, batch and number of threads, and the same vectors. Ours lays the pictures of a batch"
                                + " behind each other within the time and divides a batch among the threads; Python is given"
                                + " the batch as one array, and its threads work within the operators.");
        try (PythonPeers python = PythonPeers.start(bench.python(), bench.emptyFolder(name()))) {
            findings.parameter("onnxruntime", python.describe(PythonPeers.ONNX_RUNTIME));
            for (int threads : new TreeSet<>(List.of(1, cores))) {
                compare(bench, findings, python, threads);
            }
        }
        return findings.result();
    }

    private static void compare(Workbench bench, Findings findings, PythonPeers python, int threads) throws Exception {
        String label = threads == 1 ? " (1 thread)" : " (" + threads + " threads)";
        String ours = OURS + label;
        String theirs = PYTHON + label;
        try (ImageEncoder encoder = DefaultModel.encoder(threads)) {
            List<PreparedImage> batch = Photos.make(DefaultModel.BATCH, 300, 200, bench.seed()).bytes().stream()
                    .map(encoder::prepare)
                    .toList();
            List<Contender> contenders = new ArrayList<>();
            contenders.add(Contender.micros(ours, batch.size(), () -> encoder.encode(batch)));
            if (python.has(PythonPeers.ONNX_RUNTIME)) {
                contenders.add(
                        python.encode(theirs, threads, together(batch), shape(batch), vectors(encoder.encode(batch))));
            }
            Measured measured = bench.rounds().run(contenders);
            findings.compare("us a picture", ours, measured).atLeastTimes(1, measured, theirs, ours);
        }
    }

    private static ByteBuffer together(List<PreparedImage> batch) {
        int each = batch.get(0).pixelValues().data().remaining();
        ByteBuffer all = ByteBuffer.allocate(each * batch.size());
        batch.forEach(one -> all.put(one.pixelValues().data()));
        return all.flip();
    }

    private static long[] shape(List<PreparedImage> batch) {
        long[] each = batch.get(0).pixelValues().shape();
        return new long[] {batch.size(), each[0], each[1], each[2]};
    }

    private static FloatBuffer vectors(List<Map<String, Tensor>> answers) {
        List<ByteBuffer> vectors = answers.stream()
                .map(answer ->
                        Objects.requireNonNull(answer.get(Entry.EMBEDDING)).data())
                .toList();
        ByteBuffer all = ByteBuffer.allocate(
                        vectors.stream().mapToInt(ByteBuffer::remaining).sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        vectors.forEach(all::put);
        return all.flip().asFloatBuffer();
    }
}
