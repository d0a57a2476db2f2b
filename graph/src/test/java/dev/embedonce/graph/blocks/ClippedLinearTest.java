package dev.embedonce.graph.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Graphs;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.SafetensorsFile;
import dev.embedonce.value.Tensor;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClippedLinearTest {
    private static final float INFINITY = Float.POSITIVE_INFINITY;

    @TempDir
    Path folder;

    /** Twice and three times -5, 1 and 4, with bounds. */
    private float[] run(boolean clipped, float inputMin, float inputMax, float outputMin, float outputMax) {
        Path file = new SafetensorsFile()
                .floats("fc.linear.weight", "[2,1]", 2, 3)
                .floats("fc.input_min", "[]", inputMin)
                .floats("fc.input_max", "[]", inputMax)
                .floats("fc.output_min", "[]", outputMin)
                .floats("fc.output_max", "[]", outputMax)
                .write(folder.resolve("model.safetensors"));
        return run(file, clipped);
    }

    private static float[] run(Path file, boolean clipped) {
        GraphBuilder graph = new GraphBuilder();
        Parameters parameters =
                Parameters.resolve(Checkpoint.openFile(file), List.of(NameLayout.canonical()), "fc.linear.weight");
        Scope scope = Scope.root(graph, parameters, NumericMode.FLOAT32);
        Value in = graph.input("x", TensorType.F32, Dim.free("n"), Dim.of(1));
        graph.output("y", ClippedLinear.apply(scope.at("fc"), in, 1, 2, clipped));
        return Graphs.run(graph.build(), Tensor.ofFloats(new float[] {-5, 1, 4}, 3, 1), SessionOptions.DEFAULT);
    }

    @Test
    void bounds_holdWhatGoesInAndWhatComesOut() {
        assertThat(run(true, -4, 3, -10, 8)).containsExactly(-8, -10, 2, 3, 6, 8);
    }

    @Test
    void boundsThatAreInfinite_changeNothing() {
        assertThat(run(true, -INFINITY, INFINITY, -INFINITY, INFINITY)).containsExactly(-10, -15, 2, 3, 8, 12);
    }

    @Test
    void boundsThatDoNotCount_areNotAskedFor() {
        assertThat(run(false, -4, 3, -10, 8)).containsExactly(-10, -15, 2, 3, 8, 12);
        Path bare = new SafetensorsFile()
                .floats("fc.linear.weight", "[2,1]", 2, 3)
                .write(folder.resolve("bare.safetensors"));
        assertThat(run(bare, false)).containsExactly(-10, -15, 2, 3, 8, 12);
        assertThatThrownBy(() -> run(bare, true))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("fc.input_min");
    }
}
