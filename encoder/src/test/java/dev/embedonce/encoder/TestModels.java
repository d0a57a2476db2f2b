package dev.embedonce.encoder;

import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.safetensors.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiConsumer;

/**
 * Model folders with small graphs of which the answers are known: pictures are 8x8, a sample v becomes v / 255, and every output is
 * made of {@code c}, the mean of each colour plane.
 */
final class TestModels {
    static final String PREPROCESSOR = """
            {"image_processor_type": "CLIPImageProcessor", "do_resize": true, "size": {"height": 8, "width": 8},
             "do_center_crop": false, "do_normalize": false, "resample": 3, "do_convert_rgb": true}
            """;

    private static final Dim BATCH = Dim.free("batch");

    private TestModels() {}

    /** What a graph computes: gets the builder and the colour means {@code [batch, 3]}, and declares outputs. */
    interface Body extends BiConsumer<GraphBuilder, Value> {}

    /** A folder with that graph as {@code file}. */
    static Path folder(Path folder, String file, Body body) throws IOException {
        write(folder, file, graph(body));
        return folder;
    }

    static void write(Path folder, String file, byte[] model) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.write(path, model);
        Files.writeString(folder.resolve("preprocessor_config.json"), PREPROCESSOR);
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"tiny\"}");
    }

    static byte[] graph(Body body) {
        GraphBuilder graph = new GraphBuilder();
        body.accept(graph, colourMeans(graph));
        return graph.build().modelProto();
    }

    private static Value colourMeans(GraphBuilder graph) {
        Value pixels =
                graph.input("pixel_values", TensorType.F32, BATCH, Dim.of(3), Dim.free("height"), Dim.free("width"));
        return new Ops(graph).mean(pixels, false, 2, 3);
    }

    /** Output {@code name} [batch, 3] = factor * c. */
    static Body vector(String name, float factor) {
        return (graph, c) -> graph.output(name, new Ops(graph).mul(c, graph.scalar(factor)), BATCH, Dim.of(3));
    }

    /** Output {@code name} [batch, 2, 3]: the tokens c and 3 * c. */
    static Body tokens(String name) {
        return (graph, c) -> {
            Ops ops = new Ops(graph);
            Value first = ops.unsqueeze(c, 1);
            Value second = ops.mul(first, graph.scalar(3f));
            graph.output(name, ops.concat(1, first, second), BATCH, Dim.of(2), Dim.of(3));
        };
    }

    /** Several outputs. */
    static Body all(Body... bodies) {
        return (graph, c) -> {
            for (Body body : bodies) {
                body.accept(graph, c);
            }
        };
    }

    /** A folder whose graph adds {@code offsets} [3], kept in {@code model.onnx_data}, to c. */
    static Path withExternalData(Path folder, float... offsets) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * offsets.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(offsets);
        Files.createDirectories(folder);
        Path data =
                Files.write(folder.resolve("model.onnx_data"), bytes.array()).toRealPath();
        GraphBuilder graph = new GraphBuilder();
        Value w = graph.external(new TensorInfo("w", TensorType.F32, Shape.of(3), data, 0, 12));
        Value sum = new Ops(graph).add(colourMeans(graph), w);
        graph.output("image_embeds", sum, BATCH, Dim.of(3));
        write(folder, "model.onnx", graph.build().modelProto());
        return folder;
    }
}
