package dev.embedonce.graph.onnx;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.value.Tensor;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;

/** Runs small graphs for tests. */
public final class Graphs {
    private Graphs() {}

    /** The output of a graph with one float32 input. */
    public static float[] run(BiFunction<Ops, Value, Value> body, Tensor input) {
        GraphBuilder graph = new GraphBuilder();
        Dim[] dims = new Dim[input.rank()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = Dim.free("d" + i);
        }
        Value x = graph.input("x", TensorType.F32, dims);
        graph.output("y", graph.asFloat32(body.apply(new Ops(graph), x)));
        return run(graph.build(), input, SessionOptions.DEFAULT);
    }

    /** Output {@code y} for input {@code x}. */
    public static float[] run(OnnxGraph graph, Tensor input, SessionOptions options) {
        try (OnnxSession session = OnnxSession.open("test", graph, options)) {
            Tensor y = Objects.requireNonNull(session.run(Map.of("x", input)).get("y"));
            float[] values = new float[(int) y.elementCount()];
            y.floats().get(values);
            return values;
        }
    }
}
