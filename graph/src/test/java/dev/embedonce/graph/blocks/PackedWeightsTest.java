package dev.embedonce.graph.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Graphs;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.SafetensorsFile;
import dev.embedonce.graph.safetensors.TensorDigester;
import dev.embedonce.graph.safetensors.Weights;
import dev.embedonce.value.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackedWeightsTest {
    private static final int IN = 100;
    private static final int OUT = 24;

    @TempDir
    Path temp;

    private PackedWeights packed(long maxBytes) {
        return new PackedWeights(temp.resolve("packed"), maxBytes, TensorDigester.reading(), false);
    }

    private Weights weights(long seed) {
        Random random = new Random(seed);
        float[] values = new float[IN * OUT];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Checkpoint.openFile(new SafetensorsFile()
                .floats("fc.weight", "[" + OUT + "," + IN + "]", values)
                .write(temp.resolve("weights-" + seed + ".safetensors")));
    }

    private static Tensor input() {
        float[] values = new float[3 * IN];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 0.7);
        }
        return Tensor.ofFloats(values, 3, IN);
    }

    private static float[] run(Weights weights, NumericMode mode, LinearWeights linear, SessionOptions options) {
        GraphBuilder graph = new GraphBuilder();
        Parameters parameters = Parameters.resolve(weights, List.of(NameLayout.canonical()));
        Scope scope = Scope.root(graph, parameters, mode, linear);
        Value in = graph.input("x", TensorType.F32, Dim.free("n"), Dim.of(IN));
        graph.output("y", Linear.of(scope.at("fc"), IN, OUT, false).apply(in));
        return Graphs.run(graph.build(), input(), options);
    }

    private static float[] run(Weights weights, NumericMode mode, LinearWeights linear) {
        return run(weights, mode, linear, SessionOptions.DEFAULT);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(temp.resolve("packed"))) {
            return files.sorted().toList();
        }
    }

    @Test
    void packed_multiplyAsThoseMadeAtLoad_andAreMadeOnce() throws IOException {
        Weights weights = weights(1);
        for (NumericMode mode : List.of(NumericMode.INT8, NumericMode.INT4)) {
            float[] expected = run(weights, mode, LinearWeights.DEFAULT);
            PackedWeights first = packed(1 << 20);
            assertThat(run(weights, mode, first)).isEqualTo(expected);
            assertThat(first.made()).isEqualTo(1);
            PackedWeights second = packed(1 << 20);
            assertThat(run(weights, mode, second)).isEqualTo(expected);
            assertThat(second.made()).isZero();
        }
        assertThat(files()).hasSize(2);
    }

    @Test
    void sameContentInAnotherFile_isFound_otherContentIsNot() throws IOException {
        run(weights(1), NumericMode.INT8, packed(1 << 20));
        Path copy = Files.copy(temp.resolve("weights-1.safetensors"), temp.resolve("renamed.safetensors"));
        PackedWeights again = packed(1 << 20);
        run(Checkpoint.openFile(copy), NumericMode.INT8, again);
        assertThat(again.made()).isZero();
        run(weights(2), NumericMode.INT8, again);
        assertThat(again.made()).isEqualTo(1);
    }

    @Test
    void everyDamage_isNoticed_andMadeGood() throws IOException {
        Weights weights = weights(1);
        float[] expected = run(weights, NumericMode.INT4, packed(1 << 20));
        Path file = files().get(0);
        byte[] sound = Files.readAllBytes(file);
        for (int at = 0; at < sound.length; at += 37) {
            byte[] damaged = sound.clone();
            damaged[at] ^= 0x10;
            Files.write(file, damaged);
            assertThat(run(weights, NumericMode.INT4, packed(1 << 20))).isEqualTo(expected);
        }
        Files.write(file, Arrays.copyOf(sound, sound.length / 2));
        PackedWeights healing = packed(1 << 20);
        assertThat(run(weights, NumericMode.INT4, healing)).isEqualTo(expected);
        assertThat(healing.made()).isEqualTo(1);
        assertThat(Files.readAllBytes(file)).isEqualTo(sound);
    }

    @Test
    void trim_deletesWhatWasNotUsedForLongest_butNothingInUse() throws IOException {
        for (int seed = 1; seed <= 3; seed++) {
            run(weights(seed), NumericMode.INT8, packed(1 << 20));
        }
        List<Path> all = files();
        for (int i = 0; i < all.size(); i++) {
            Files.setLastModifiedTime(all.get(i), FileTime.fromMillis(1000L * (i + 1)));
        }
        PackedWeights using = packed(Files.size(all.get(0)) + 1);
        run(weights(4), NumericMode.INT8, using);
        using.trim();
        assertThat(files()).hasSize(1).doesNotContainAnyElementsOf(all);
        packed(1 << 20).trim();
        assertThat(files()).hasSize(1);
    }

    @Test
    void interruptedWriting_leavesNoEntry() throws IOException {
        Path folder = Files.createDirectories(temp.resolve("packed"));
        Files.write(folder.resolve("making-123.tmp"), new byte[100]);
        PackedWeights weights = packed(1 << 20);
        run(weights(1), NumericMode.INT8, weights);
        assertThat(weights.made()).isEqualTo(1);
        weights.trim();
        assertThat(files()).hasSize(2);
        Files.setLastModifiedTime(folder.resolve("making-123.tmp"), FileTime.fromMillis(0));
        weights.trim();
        assertThat(files()).hasSize(1);
    }

    @Test
    void widenedAsUsed_areTheSameNumbers() {
        int[] bits = new int[IN * OUT];
        Random random = new Random(5);
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToIntBits((float) random.nextGaussian()) >>> 16;
        }
        Weights half = Checkpoint.openFile(new SafetensorsFile()
                .halves("fc.weight", "BF16", "[" + OUT + "," + IN + "]", bits)
                .write(temp.resolve("half.safetensors")));
        PackedWeights late = new PackedWeights(temp.resolve("packed"), 1 << 20, TensorDigester.reading(), true);
        assertThat(run(half, NumericMode.FLOAT32, late, SessionOptions.DEFAULT.withMemory(WeightMemory.MAP)))
                .isEqualTo(run(half, NumericMode.FLOAT32, LinearWeights.DEFAULT));
    }

    private static final int STACKED = 3;

    /** The same {@value #STACKED} layers of {@value #IN} to {@value #OUT}, each stored as rows or as columns. */
    private Weights stacked(boolean transposed) {
        Random random = new Random(9);
        float[] values = new float[STACKED * IN * OUT];
        for (int layer = 0; layer < STACKED; layer++) {
            for (int row = 0; row < OUT; row++) {
                for (int column = 0; column < IN; column++) {
                    int at = transposed ? column * OUT + row : row * IN + column;
                    values[layer * IN * OUT + at] = (float) random.nextGaussian();
                }
            }
        }
        String dims = transposed ? IN + "," + OUT : OUT + "," + IN;
        return Checkpoint.openFile(new SafetensorsFile()
                .floats("experts", "[" + STACKED + "," + dims + "]", values)
                .write(temp.resolve("stacked-" + transposed + ".safetensors")));
    }

    private static float[] runStacked(Weights weights, boolean transposed, NumericMode mode, LinearWeights linear) {
        GraphBuilder graph = new GraphBuilder();
        Scope scope = Scope.root(graph, Parameters.resolve(weights, List.of(NameLayout.canonical())), mode, linear);
        Value in = graph.input("x", TensorType.F32, Dim.free("n"), Dim.of(IN));
        StackedLinear layers = new StackedLinear(scope, weights.get("experts"), STACKED, IN, OUT, transposed);
        Value[] all = new Value[STACKED];
        for (int i = 0; i < STACKED; i++) {
            all[i] = layers.apply(i, in);
        }
        graph.output("y", scope.ops().concat(1, all));
        assertThat(scope.quantizationErrors()).hasSize(mode == NumericMode.FLOAT32 ? 0 : 1);
        return Graphs.run(graph.build(), input(), SessionOptions.DEFAULT);
    }

    @Test
    void stackedLayers_multiplyAlike_howeverTheyAreStored() throws IOException {
        for (NumericMode mode : List.of(NumericMode.INT8, NumericMode.INT4)) {
            float[] expected = runStacked(stacked(false), false, mode, LinearWeights.DEFAULT);
            assertThat(runStacked(stacked(true), true, mode, LinearWeights.DEFAULT))
                    .isEqualTo(expected);
            for (boolean transposed : new boolean[] {false, true}) {
                PackedWeights packed = packed(1 << 20);
                assertThat(runStacked(stacked(transposed), transposed, mode, packed))
                        .isEqualTo(expected);
                assertThat(runStacked(stacked(transposed), transposed, mode, packed))
                        .isEqualTo(expected);
                assertThat(packed.made()).isEqualTo(1);
            }
        }
        assertThat(files()).hasSize(4);
        float[] floats = runStacked(stacked(false), false, NumericMode.FLOAT32, LinearWeights.DEFAULT);
        float[] turned = runStacked(stacked(true), true, NumericMode.FLOAT32, LinearWeights.DEFAULT);
        for (int i = 0; i < floats.length; i++) {
            assertThat(turned[i]).isCloseTo(floats[i], within(1e-4f));
        }
    }
}
