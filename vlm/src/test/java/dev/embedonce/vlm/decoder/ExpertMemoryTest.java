package dev.embedonce.vlm.decoder;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.embedonce.vlm.decoder.layer.LayerGraph;
import dev.embedonce.vlm.decoder.layer.MixtureOfExperts;
import dev.embedonce.vlm.decoder.layer.SoftmaxRouter;
import dev.embedonce.vlm.decoder.layer.StackedExperts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Layers of experts are opened in a Java process whose heap has no room for the experts of one. */
class ExpertMemoryTest {
    private static final int HIDDEN = 1024;
    private static final int INTERMEDIATE = 256;
    private static final int EXPERTS = 24;
    private static final int LAYERS = 2;
    /** The experts of a layer, in 16 bits. */
    private static final int LAYER_BYTES = EXPERTS * 3 * HIDDEN * INTERMEDIATE * Short.BYTES;

    private static final int HEAP_BYTES = 32 << 20;

    @Test
    @Timeout(300)
    void opening_hasHeapForLessThanOneLayer_quantisesOnce(@TempDir Path folder) throws Exception {
        assertThat(HEAP_BYTES).isLessThan(LAYER_BYTES);
        write(folder.resolve("model.safetensors"));
        int tensors = 2 * LAYERS;
        assertThat(opened(folder)).isEqualTo("quantised: FLOAT32 0 INT8 " + tensors + " INT4 " + tensors);
        assertThat(opened(folder)).isEqualTo("quantised: FLOAT32 0 INT8 0 INT4 0");
    }

    private static String opened(Path folder) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + HEAP_BYTES,
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ExpertMemoryTest.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }

    /** The process. */
    public static void main(String[] arguments) {
        StringBuilder quantised = new StringBuilder("quantised:");
        for (NumericMode mode : NumericMode.values()) {
            quantised.append(" " + mode + " " + open(Path.of(arguments[0]), mode));
        }
        System.out.println(quantised);
    }

    /** Opens the layers, and says how many tensors had to be quantised. */
    private static int open(Path folder, NumericMode mode) {
        PackedWeights packed =
                new PackedWeights(folder.resolve("packed"), Long.MAX_VALUE, TensorDigester.reading(), true);
        GraphBuilder builder = new GraphBuilder();
        Parameters parameters = Parameters.resolve(
                Checkpoint.openFile(folder.resolve("model.safetensors")), List.of(NameLayout.canonical()));
        Scope root = Scope.root(builder, parameters, NumericMode.FLOAT32, packed);
        LayerGraph graph =
                new LayerGraph(root, mode, HIDDEN, new TokenShape(root.ops(), builder.constant(1, -1, HIDDEN)));
        MixtureOfExperts experts = new MixtureOfExperts(
                new SoftmaxRouter(EXPERTS, 2, true),
                new StackedExperts(EXPERTS, HIDDEN, INTERMEDIATE, Activation.SILU));
        Value x = builder.input("x", TensorType.F32, Dim.free("tokens"), Dim.of(HIDDEN));
        for (int layer = 0; layer < LAYERS; layer++) {
            graph.at(layer);
            x = experts.apply(graph, x);
        }
        builder.output("y", x, Dim.free("tokens"), Dim.of(HIDDEN));
        OnnxGraph built = builder.build();
        SessionOptions options =
                SessionOptions.DEFAULT.withMemory(mode == NumericMode.FLOAT32 ? WeightMemory.MAP : WeightMemory.FAST);
        OnnxSession.open("experts", built, options).close();
        return packed.made();
    }

    private static Map<String, long[]> shapes() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            String mlp = "layers." + layer + ".mlp.";
            shapes.put(mlp + "gate.weight", new long[] {EXPERTS, HIDDEN});
            shapes.put(mlp + "experts.gate_up_proj", new long[] {EXPERTS, HIDDEN, 2 * INTERMEDIATE});
            shapes.put(mlp + "experts.down_proj", new long[] {EXPERTS, INTERMEDIATE, HIDDEN});
        }
        return shapes;
    }

    /** A checkpoint of bfloat16, a sparse file: zeros but for one weight of each tensor, by which they differ. */
    private static void write(Path file) throws IOException {
        List<String> tensors = new ArrayList<>();
        List<Long> starts = new ArrayList<>();
        long end = 0;
        for (Map.Entry<String, long[]> tensor : shapes().entrySet()) {
            long start = end;
            end += Short.BYTES * LongStream.of(tensor.getValue()).reduce(1, (a, b) -> a * b);
            starts.add(start);
            tensors.add("\"" + tensor.getKey() + "\":{\"dtype\":\"BF16\",\"shape\":"
                    + Arrays.toString(tensor.getValue()) + ",\"data_offsets\":[" + start + "," + end + "]}");
        }
        byte[] header = ("{" + String.join(",", tensors) + "}").getBytes(StandardCharsets.US_ASCII);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length)
                    .flip());
            channel.write(ByteBuffer.wrap(header));
            long data = channel.position();
            for (int i = 0; i < starts.size(); i++) {
                channel.write(ByteBuffer.wrap(new byte[] {(byte) i, 0x3c}), data + starts.get(i));
            }
            channel.write(ByteBuffer.allocate(1), data + end - 1);
        }
    }
}
