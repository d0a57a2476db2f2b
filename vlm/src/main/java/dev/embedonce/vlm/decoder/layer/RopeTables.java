package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.rope.Rotary;
import java.util.Map;

/**
 * The cos/sin tables of a rotary position embedding: float32 {@code [rows, tokens, pairs]} each.
 *
 * @param name tells tables of one model apart
 */
public record RopeTables(String name, Rotary rotary) implements StepInput {
    /**
     * Rotates heads.
     *
     * @param x float32 {@code [rows, tokens, heads * size]}
     */
    Value rotate(LayerGraph graph, Value x, int heads) {
        return graph.ops().rotary(x, table(graph, cos()), table(graph, sin()), heads);
    }

    private Value table(LayerGraph graph, String input) {
        return graph.input(input, TensorType.F32, Dim.free("rows"), Dim.free("tokens"), Dim.of(rotary.pairs()));
    }

    private String cos() {
        return name + "_cos";
    }

    private String sin() {
        return name + "_sin";
    }

    @Override
    public void feed(Step step, Map<String, Tensor> feeds) {
        Rotary.Table table = rotary.table(step.rows(), step.tokens(), step::position);
        feeds.put(cos(), table.cos());
        feeds.put(sin(), table.sin());
    }
}
