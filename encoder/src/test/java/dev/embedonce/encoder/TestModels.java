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
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Model folders with small graphs of which the answers are known: pictures are 8x8, a sample v becomes v / 255, and
 * every output is made of {@code c}, the mean of each colour plane.
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

    /** Output image_embeds [batch, 3]: c in 8 bits, with one scale and zero point for all that is in the run. */
    static Body dynamicallyQuantized() {
        return (graph, c) -> {
            List<Value> quantized = graph.op("DynamicQuantizeLinear", c).outputsNamed("codes", "scale", "zero_point");
            Value back = graph.op("DequantizeLinear", quantized.get(0), quantized.get(1), quantized.get(2))
                    .output(TensorType.F32);
            graph.output("image_embeds", back, BATCH, Dim.of(3));
        };
    }

    /** Output image_embeds [batch, 3]: c normalised over the usual axes of the operator: batch, height and width. */
    static Body normalizedOverTheBatch() {
        return (graph, c) -> {
            Ops ops = new Ops(graph);
            Value one = ops.unsqueeze(ops.unsqueeze(c, 2), 3);
            Value planes = ops.concat(3, one, ops.mul(one, graph.scalar(3f)));
            Value normalized = ops.add(
                    planes, graph.op("MeanVarianceNormalization", planes).output());
            graph.output("image_embeds", ops.mean(normalized, false, 2, 3), BATCH, Dim.of(3));
        };
    }

    /** Output image_embeds [batch, 3]: c, normalised as in training: by mean and variance of the run. */
    static Body normalizedAsInTraining() {
        return (graph, c) -> {
            Value ones = graph.constant(Shape.of(3), 1, 1, 1);
            Value zeros = graph.constant(Shape.of(3), 0, 0, 0);
            Value normalized = graph.op("BatchNormalization", new Ops(graph).unsqueeze(c, 2), ones, zeros, zeros, ones)
                    .with("training_mode", 1)
                    .outputsNamed("normalized", "mean", "variance")
                    .get(0);
            graph.output("image_embeds", new Ops(graph).mean(normalized, false, 2), BATCH, Dim.of(3));
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
