package dev.embedonce.vlm.bench;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.PackedWeights;
import dev.embedonce.graph.blocks.Parameters;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.OnnxGraph;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.TensorDigester;
import dev.embedonce.graph.safetensors.Weights;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.layer.FeedForward;
import dev.embedonce.vlm.decoder.layer.GatedMlp;
import dev.embedonce.vlm.decoder.layer.LayerGraph;
import dev.embedonce.vlm.decoder.layer.MixtureOfExperts;
import dev.embedonce.vlm.decoder.layer.SoftmaxRouter;
import dev.embedonce.vlm.decoder.layer.StackedExperts;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;

/**
 * Times experts beside a dense MLP of the size of the active ones, in the sizes of Qwen3-VL-30B-A3B. Not a test: run it
 * by hand.
 *
 * <p>{@code FOLDER DTYPE MEMORY [LAYERS [ROUNDS [THREADS]]]}: writes a checkpoint of random bfloat16 weights into the
 * folder if it has none (1.3 GB a layer), and prints opening, decoding at batch 1 and 4 and a prefill of 256 tokens,
 * the two one after the other in each round. One thread is timed by the processor time it takes, which other programs
 * on the machine disturb less.
 */
final class ExpertBenchmark {
    private static final int HIDDEN = 2048;
    private static final int INTERMEDIATE = 768;
    private static final int EXPERTS = 128;
    private static final int PER_TOKEN = 8;
    private static final int ACTIVE = INTERMEDIATE * PER_TOKEN;
    private static final int BLOCK_BYTES = 1 << 24;

    private static final ThreadMXBean PROCESSOR = ManagementFactory.getThreadMXBean();

    private static final FeedForward DENSE = new GatedMlp(HIDDEN, ACTIVE, Activation.SILU, false);
    private static final FeedForward SPARSE = new MixtureOfExperts(
            new SoftmaxRouter(EXPERTS, PER_TOKEN, true),
            new StackedExperts(EXPERTS, HIDDEN, INTERMEDIATE, Activation.SILU));

    private ExpertBenchmark() {}

    public static void main(String[] args) throws IOException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        NumericMode mode = NumericMode.valueOf(args[1].toUpperCase(Locale.ROOT));
        WeightMemory memory = WeightMemory.ofName(args[2]);
        int layers = args.length > 3 ? Integer.parseInt(args[3]) : 4;
        int rounds = args.length > 4 ? Integer.parseInt(args[4]) : 15;
        int threads = args.length > 5 ? Integer.parseInt(args[5]) : 2;
        LongSupplier clock = threads > 1 ? System::nanoTime : PROCESSOR::getCurrentThreadCpuTime;
        Path file = folder.resolve("experts-" + layers + ".safetensors");
        if (!Files.exists(file)) {
            write(file, layers);
        }
        Weights weights = Checkpoint.openFile(file);
        PackedWeights packed = new PackedWeights(
                folder.resolve("packed"), Long.MAX_VALUE, TensorDigester.reading(), memory == WeightMemory.MAP);
        SessionOptions options = SessionOptions.DEFAULT.withThreads(threads).withMemory(memory);
        System.out.printf(
                Locale.ROOT,
                "%d layers, %s, %s, %d threads, resident %d MB%n",
                layers,
                mode,
                memory,
                threads,
                Times.resident() / 1024);
        try (OnnxSession dense = open("dense", DENSE, weights, packed, mode, layers, options);
                OnnxSession sparse = open("experts", SPARSE, weights, packed, mode, layers, options)) {
            for (int tokens : new int[] {1, 4, 256}) {
                compare(tokens, tokens > 4 ? Math.max(3, rounds / 4) : rounds, clock, dense, sparse);
            }
        }
    }

    private static void compare(int tokens, int rounds, LongSupplier clock, OnnxSession dense, OnnxSession sparse) {
        Random random = new Random(tokens);
        run(dense, random, tokens);
        run(sparse, random, tokens);
        List<Times> both = Times.alternately(
                rounds, clock, List.of(() -> run(dense, random, tokens), () -> run(sparse, random, tokens)));
        System.out.printf(
                Locale.ROOT,
                "%3d tokens: dense %s ms, experts %s ms, ratio of the medians %.2f%n",
                tokens,
                both.get(0),
                both.get(1),
                both.get(1).median() / both.get(0).median());
    }

    private static void run(OnnxSession session, Random random, int tokens) {
        float[] x = new float[tokens * HIDDEN];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        session.run(Map.of("x", Tensor.ofFloats(x, tokens, HIDDEN)));
    }

    private static OnnxSession open(
            String name,
            FeedForward network,
            Weights weights,
            PackedWeights packed,
            NumericMode mode,
            int layers,
            SessionOptions options)
            throws IOException {
        long start = System.nanoTime();
        GraphBuilder graph = new GraphBuilder();
        Parameters parameters = Parameters.resolve(weights, List.of(NameLayout.prefixed(name + ".")));
        Scope root = Scope.root(graph, parameters, NumericMode.FLOAT32, packed);
        Value x = graph.input("x", TensorType.F32, Dim.free("tokens"), Dim.of(HIDDEN));
        LayerGraph layer =
                new LayerGraph(root, mode, HIDDEN, new TokenShape(root.ops(), graph.constant(1, -1, HIDDEN)));
        for (int i = 0; i < layers; i++) {
            layer.at(i);
            x = root.ops().add(x, network.apply(layer, x));
        }
        graph.output("y", x, Dim.free("tokens"), Dim.of(HIDDEN));
        OnnxGraph built = graph.build();
        long opening = System.nanoTime();
        OnnxSession session = OnnxSession.open(name, built, options);
        System.out.printf(
                Locale.ROOT,
                "%s: weights made ready in %d ms, %d bytes of graph opened in %d ms, resident %d MB%n",
                name,
                (opening - start) / 1_000_000,
                built.modelProto().length,
                (System.nanoTime() - opening) / 1_000_000,
                Times.resident() / 1024);
        return session;
    }

    private static void write(Path file, int layers) throws IOException {
        StringBuilder header = new StringBuilder("{");
        long end = 0;
        for (int i = 0; i < layers; i++) {
            String dense = "dense.layers." + i + ".mlp.";
            String sparse = "experts.layers." + i + ".mlp.";
            end = tensor(header, end, dense + "gate_proj.weight", ACTIVE, HIDDEN);
            end = tensor(header, end, dense + "up_proj.weight", ACTIVE, HIDDEN);
            end = tensor(header, end, dense + "down_proj.weight", HIDDEN, ACTIVE);
            end = tensor(header, end, sparse + "gate.weight", EXPERTS, HIDDEN);
            end = tensor(header, end, sparse + "experts.gate_up_proj", EXPERTS, HIDDEN, 2 * INTERMEDIATE);
            end = tensor(header, end, sparse + "experts.down_proj", EXPERTS, INTERMEDIATE, HIDDEN);
        }
        byte[] json = header.append('}').toString().getBytes(StandardCharsets.US_ASCII);
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Random random = new Random(1);
        while (block.hasRemaining()) {
            block.putShort((short) (Float.floatToIntBits((float) random.nextGaussian() * 0.02f) >>> 16));
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .flip());
            channel.write(ByteBuffer.wrap(json));
            for (long left = end; left > 0; ) {
                block.clear().limit((int) Math.min(left, BLOCK_BYTES));
                left -= channel.write(block);
            }
        }
    }

    private static long tensor(StringBuilder header, long from, String name, long... dims) {
        long length = Short.BYTES;
        StringBuilder shape = new StringBuilder();
        for (long dim : dims) {
            length *= dim;
            shape.append(shape.isEmpty() ? "" : ",").append(dim);
        }
        header.append(header.length() == 1 ? "" : ",")
                .append(String.format(
                        Locale.ROOT,
                        "\"%s\":{\"dtype\":\"BF16\",\"shape\":[%s],\"data_offsets\":[%d,%d]}",
                        name,
                        shape,
                        from,
                        from + length));
        return from + length;
    }
}
