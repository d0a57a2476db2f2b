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
import dev.embedonce.vlm.decoder.layer.Router;
import dev.embedonce.vlm.decoder.layer.ScaledRouter;
import dev.embedonce.vlm.decoder.layer.SoftmaxRouter;
import dev.embedonce.vlm.decoder.layer.StackedExperts;
import dev.embedonce.vlm.decoder.layer.SummedFeedForward;
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
 * Times experts beside a dense MLP of the size of the active ones, in the sizes of a published model: {@code
 * qwen3-vl-30b-a3b}, or {@code gemma-4-26b-a4b} with the MLP that its experts stand beside. Not a test: run it by hand.
 *
 * <p>{@code FOLDER MODEL DTYPE MEMORY [LAYERS [ROUNDS [THREADS]]]}: writes a checkpoint of random bfloat16 weights into
 * the folder if it has none (1.3 or 1.7 GB a layer), and prints opening, decoding at batch 1 and 4 and a prefill of 256
 * tokens, the two one after the other in each round. One thread is timed by the processor time it takes, which other
 * programs on the machine disturb less.
 */
final class ExpertBenchmark {
    private static final int BLOCK_BYTES = 1 << 24;

    private static final ThreadMXBean PROCESSOR = ManagementFactory.getThreadMXBean();

    /** The networks of a layer: routed experts, and the MLP beside them if there is one. */
    private record Model(
            String name,
            int hidden,
            int intermediate,
            int beside,
            int experts,
            int perToken,
            Activation activation,
            Router router,
            String module) {
        static Model ofName(String name) {
            return switch (name) {
                case "qwen3-vl-30b-a3b" ->
                    new Model(
                            name,
                            2048,
                            768,
                            0,
                            128,
                            8,
                            Activation.SILU,
                            new SoftmaxRouter(128, 8, true),
                            "mlp.experts");
                case "gemma-4-26b-a4b" ->
                    new Model(
                            name,
                            2816,
                            704,
                            2112,
                            128,
                            8,
                            Activation.GELU_TANH,
                            new ScaledRouter(128, 8, 1e-6),
                            "experts");
                default -> throw new IllegalArgumentException(name);
            };
        }

        FeedForward dense() {
            return new GatedMlp(hidden, active(), activation, false);
        }

        int active() {
            return perToken * intermediate + beside;
        }

        FeedForward sparse() {
            FeedForward routed =
                    new MixtureOfExperts(router, new StackedExperts(module, experts, hidden, intermediate, activation));
            return beside == 0
                    ? routed
                    : new SummedFeedForward(new GatedMlp(hidden, beside, activation, false), routed);
        }
    }

    private final Model model;
    private final int layers;

    private ExpertBenchmark(Model model, int layers) {
        this.model = model;
        this.layers = layers;
    }

    public static void main(String[] args) throws IOException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        Model model = Model.ofName(args[1]);
        NumericMode mode = NumericMode.valueOf(args[2].toUpperCase(Locale.ROOT));
        WeightMemory memory = WeightMemory.ofName(args[3]);
        int layers = args.length > 4 ? Integer.parseInt(args[4]) : 4;
        int rounds = args.length > 5 ? Integer.parseInt(args[5]) : 15;
        int threads = args.length > 6 ? Integer.parseInt(args[6]) : 2;
        new ExpertBenchmark(model, layers).run(folder, mode, memory, rounds, threads);
    }

    private void run(Path folder, NumericMode mode, WeightMemory memory, int rounds, int threads) throws IOException {
        LongSupplier clock = threads > 1 ? System::nanoTime : PROCESSOR::getCurrentThreadCpuTime;
        Path file = folder.resolve(model.name + "-" + layers + ".safetensors");
        if (!Files.exists(file)) {
            write(file);
        }
        Weights weights = Checkpoint.openFile(file);
        PackedWeights packed = new PackedWeights(
                folder.resolve("packed"), Long.MAX_VALUE, TensorDigester.reading(), memory == WeightMemory.MAP);
        SessionOptions options = SessionOptions.DEFAULT.withThreads(threads).withMemory(memory);
        System.out.printf(
                Locale.ROOT,
                "%d layers of %s, %s, %s, %d threads, resident %d MB%n",
                layers,
                model.name,
                mode,
                memory,
                threads,
                Times.resident() / 1024);
        try (OnnxSession dense = open("dense", model.dense(), weights, packed, mode, options);
                OnnxSession sparse = open("experts", model.sparse(), weights, packed, mode, options)) {
            for (int tokens : new int[] {1, 4, 256}) {
                compare(tokens, tokens > 4 ? Math.max(3, rounds / 4) : rounds, clock, dense, sparse);
            }
        }
    }

    private void compare(int tokens, int rounds, LongSupplier clock, OnnxSession dense, OnnxSession sparse) {
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

    private void run(OnnxSession session, Random random, int tokens) {
        float[] x = new float[tokens * model.hidden];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        session.run(Map.of("x", Tensor.ofFloats(x, tokens, model.hidden)));
    }

    private OnnxSession open(
            String name,
            FeedForward network,
            Weights weights,
            PackedWeights packed,
            NumericMode mode,
            SessionOptions options)
            throws IOException {
        long start = System.nanoTime();
        GraphBuilder graph = new GraphBuilder();
        Parameters parameters = Parameters.resolve(weights, List.of(NameLayout.prefixed(name + ".")));
        Scope root = Scope.root(graph, parameters, NumericMode.FLOAT32, packed);
        Value x = graph.input("x", TensorType.F32, Dim.free("tokens"), Dim.of(model.hidden));
        LayerGraph layer = new LayerGraph(
                root, mode, model.hidden, new TokenShape(root.ops(), graph.constant(1, -1, model.hidden)));
        for (int i = 0; i < layers; i++) {
            layer.at(i);
            x = root.ops().add(x, network.apply(layer, x));
        }
        graph.output("y", x, Dim.free("tokens"), Dim.of(model.hidden));
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

    private void write(Path file) throws IOException {
        StringBuilder header = new StringBuilder("{");
        long end = 0;
        for (int i = 0; i < layers; i++) {
            String sparse = "experts.layers." + i + ".";
            end = mlp(header, end, "dense.layers." + i + ".mlp.", model.active());
            if (model.beside > 0) {
                end = mlp(header, end, sparse + "mlp.", model.beside);
            }
            String router = model.router instanceof ScaledRouter ? "router.proj" : "mlp.gate";
            end = tensor(header, end, sparse + router + ".weight", model.experts, model.hidden);
            end = tensor(header, end, sparse + "router.scale", model.hidden);
            end = tensor(header, end, sparse + "router.per_expert_scale", model.experts);
            String experts = sparse + model.module;
            end = tensor(header, end, experts + ".gate_up_proj", model.experts, model.hidden, 2L * model.intermediate);
            end = tensor(header, end, experts + ".down_proj", model.experts, model.intermediate, model.hidden);
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

    private long mlp(StringBuilder header, long from, String prefix, int intermediate) {
        long end = tensor(header, from, prefix + "gate_proj.weight", intermediate, model.hidden);
        end = tensor(header, end, prefix + "up_proj.weight", intermediate, model.hidden);
        return tensor(header, end, prefix + "down_proj.weight", model.hidden, intermediate);
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
