package dev.embedonce.graph.runtime;

import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.OnnxGraph;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.safetensors.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small graphs to run. */
final class TestGraphs {
    static final int COLUMNS = 4;

    private TestGraphs() {}

    /** y [batch, 4] = x [batch, 4] * 2 + 1, and z = x + x. */
    static byte[] affine() {
        GraphBuilder graph = new GraphBuilder();
        Ops ops = new Ops(graph);
        Value x = graph.input("x", TensorType.F32, Dim.free("batch"), Dim.of(COLUMNS));
        graph.output("y", ops.add(ops.mul(x, graph.scalar(2f)), graph.scalar(1f)), Dim.free("batch"), Dim.of(COLUMNS));
        graph.output("z", ops.add(x, x), Dim.free("batch"), Dim.of(COLUMNS));
        return graph.build().modelProto();
    }

    /** y [batch, 4] = x [batch, 4] + w for each file, where w [4] lies in it from byte 4 on. */
    static OnnxGraph withExternalData(Path... files) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * COLUMNS).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(4);
        for (int i = 0; i < COLUMNS; i++) {
            bytes.putFloat(10 * (i + 1));
        }
        GraphBuilder graph = new GraphBuilder();
        Ops ops = new Ops(graph);
        Value y = graph.input("x", TensorType.F32, Dim.free("batch"), Dim.of(COLUMNS));
        for (Path file : files) {
            Files.write(file, bytes.array());
            String name = "w" + file.getFileName();
            y = ops.add(
                    y,
                    graph.external(new TensorInfo(
                            name, TensorType.F32, Shape.of(COLUMNS), file.toRealPath(), 4, 4L * COLUMNS)));
        }
        graph.output("y", y, Dim.free("batch"), Dim.of(COLUMNS));
        return graph.build();
    }

    /** Gives back its input of any type. */
    static byte[] identity(TensorType type) {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", type, Dim.free("n"));
        graph.output("y", x, Dim.free("n"));
        return graph.build().modelProto();
    }

    /** Uses an operator that nobody has. */
    static byte[] unknownOperator() {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", TensorType.F32, Dim.free("n"));
        graph.output("y", graph.contrib("NoSuchOperator", x).output(TensorType.F32), Dim.free("n"));
        return graph.build().modelProto();
    }
}
