package dev.embedonce.graph.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.SafetensorsFile;
import dev.embedonce.graph.safetensors.TensorInfo;
import dev.embedonce.graph.safetensors.Weights;
import dev.embedonce.value.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GraphBuilderTest {
    @TempDir
    Path folder;

    private Weights weights() {
        // three bytes before the floats: their offset is odd
        return Checkpoint.openFile(new SafetensorsFile()
                .tensor("pad", "U8", "[3]", new byte[3])
                .floats("w", "[3,2]", 1, 2, 3, 4, 5, 6)
                .halves("h", "BF16", "[2]", 0x3F80, 0x4000)
                .write(folder.resolve("w.safetensors")));
    }

    @ParameterizedTest
    @EnumSource(WeightMemory.class)
    void external_unalignedTensor_isReadInPlace(WeightMemory memory) {
        GraphBuilder graph = new GraphBuilder();
        Ops ops = new Ops(graph);
        Value x = graph.input("x", TensorType.F32, Dim.free("n"), Dim.of(2));
        graph.output("y", ops.linear(x, graph.external(weights().get("w")), null));

        float[] y = Graphs.run(
                graph.build(), Tensor.ofFloats(new float[] {10, 1}, 1, 2), SessionOptions.DEFAULT.withMemory(memory));

        assertThat(y).containsExactly(12, 34, 56);
    }

    @Test
    void external_rowsOfATensorSeenWithAnotherShape() {
        float[] y = Graphs.run(
                (ops, x) -> ops.add(x, ops.graph().external(weights().get("w"), 2, Shape.of(1, 4))),
                Tensor.ofFloats(new float[4], 1, 4));

        assertThat(y).containsExactly(3, 4, 5, 6);
    }

    @Test
    void external_pastTheEnd_isRefused() {
        TensorInfo tensor = weights().get("w");

        assertThatThrownBy(() -> new GraphBuilder().external(tensor, 3, Shape.of(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tensor w F32 [3, 2] has no [4] at element 3");
    }

    @Test
    void external_sameNameFromAnotherFile_isRefused() {
        TensorInfo first = weights().get("w");
        TensorInfo second = Checkpoint.openFile(new SafetensorsFile()
                        .floats("w", "[3,2]", 6, 5, 4, 3, 2, 1)
                        .write(folder.resolve("other.safetensors")))
                .get("w");
        GraphBuilder graph = new GraphBuilder();

        assertThat(graph.external(first)).isEqualTo(graph.external(first));
        assertThatThrownBy(() -> graph.external(second))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tensor w is in the graph already, from " + first.file());
    }

    @Test
    void asFloat32_sixteenBitWeight_isWidened() {
        float[] y = Graphs.run(
                (ops, x) -> ops.add(
                        x, ops.graph().asFloat32(ops.graph().external(weights().get("h")))),
                Tensor.ofFloats(new float[] {0, 0}, 2));

        assertThat(y).containsExactly(1, 2);
    }

    @Test
    void build_weightsInSeveralFolders_behindLinks() throws IOException {
        Path one = Files.createDirectories(folder.resolve("one"));
        Path two = Files.createDirectories(folder.resolve("two/deep"));
        new SafetensorsFile().floats("a", "[1]", 1).write(one.resolve("blob1"));
        new SafetensorsFile().floats("b", "[1]", 20).write(two.resolve("blob2"));
        Path linked = Files.createSymbolicLink(folder.resolve("link"), two.resolve("blob2"));
        TensorInfo a = Checkpoint.openFile(one.resolve("blob1")).get("a");
        TensorInfo b = Checkpoint.openFile(linked).get("b");

        float[] y = Graphs.run(
                (ops, x) ->
                        ops.add(ops.add(x, ops.graph().external(a)), ops.graph().external(b)),
                Tensor.ofFloats(new float[] {300}, 1));

        assertThat(y).containsExactly(321);
    }

    @Test
    void initializer_ofAnotherSizeThanItsShape_isRefused() {
        assertThatThrownBy(() ->
                        new GraphBuilder().initializer("q", TensorType.U8, Shape.of(2, 2), ByteBuffer.allocate(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("initialiser q: expected 4 bytes for U8 [2, 2]");
    }

    @Test
    void constants_areSharedAndKeepTheirValues() {
        GraphBuilder graph = new GraphBuilder();

        assertThat(graph.constant(1, 2)).isEqualTo(graph.constant(1, 2)).isNotEqualTo(graph.constant(1, 3));
        assertThat(graph.scalar(0f)).isNotEqualTo(graph.scalar(-0f));
    }

    @Test
    void modelProto_largePartsAndSmallOnes_areInOrder() {
        float[] large = new float[3000];
        for (int i = 0; i < large.length; i++) {
            large[i] = i;
        }
        float[] y = Graphs.run(
                (ops, x) -> ops.mul(
                        ops.add(x, ops.graph().constant(Shape.of(3000), large)),
                        ops.graph().scalar(2f)),
                Tensor.ofFloats(new float[3000], 3000));

        assertThat(y[1]).isEqualTo(2);
        assertThat(y[2999]).isEqualTo(5998);
    }

    @Test
    void revisions_areThoseOfTheBlocksInTheGraph() {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", TensorType.F32, Dim.free("batch"), Dim.of(2));
        graph.output("y", Activation.RELU.apply(new Ops(graph), Activation.RELU.apply(new Ops(graph), x)));
        graph.uses("mine", 7);

        assertThat(graph.build().revisions())
                .containsOnlyKeys("activation", "graph", "mine")
                .containsEntry("mine", 7);
    }

    @Test
    void uses_twoBlocksOfOneName_isRefused() {
        GraphBuilder graph = new GraphBuilder();
        graph.uses("mine", 1);
        graph.uses("mine", 1);

        assertThatThrownBy(() -> graph.uses("mine", 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("mine");
    }

    /** A negative number is doubled; of another, element 9 of two is asked for. */
    private float[] chosen(float x) {
        return Graphs.run(
                (ops, value) -> {
                    GraphBuilder graph = ops.graph();
                    Value half = graph.external(weights().get("h"));
                    Value negative = ops.less(value, graph.scalar(0f));
                    Value chosen = graph.choose(
                            negative,
                            () -> ops.mul(value, graph.asFloat32(half)),
                            () -> ops.gather(graph.asFloat32(half), graph.constant(9), 0));
                    return ops.add(chosen, graph.asFloat32(half));
                },
                Tensor.ofFloats(new float[] {x}, 1));
    }

    @Test
    void choose_computesTheChosenBranchAlone_andKeepsWhatBranchesAddedToThem() {
        assertThat(chosen(-3)).containsExactly(-3 * 1 + 1, -3 * 2 + 2);
        assertThatThrownBy(() -> chosen(3)).hasMessageContaining("idx=9");
    }
}
