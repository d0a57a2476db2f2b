package dev.embedonce.graph.blocks;

import static org.assertj.core.api.Assertions.assertThat;

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
}
