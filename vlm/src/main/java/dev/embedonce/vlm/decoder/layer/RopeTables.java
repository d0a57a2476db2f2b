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
 * @param neighbours whether channels {@code (2i, 2i + 1)} of a head are a pair; else {@code (i, i + size/2)} are
 */
public record RopeTables(String name, Rotary rotary, boolean neighbours) implements StepInput {
    /** Tables for pairs {@code (i, i + size/2)}. */
    public RopeTables(String name, Rotary rotary) {
        this(name, rotary, false);
    }

    /**
     * Rotates heads: all their channels, or as many at their start as there are pairs for.
     *
     * @param x float32 {@code [rows, tokens, heads * size]}
     */
    Value rotate(LayerGraph graph, Value x, int heads, int size) {
        int rotated = 2 * rotary.pairs();
        return graph.ops()
                .rotary(x, table(graph, cos()), table(graph, sin()), heads, rotated == size ? 0 : rotated, neighbours);
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
    public int mostTokens() {
        return rotary.mostTokens();
    }

    @Override
    public void feed(Step step, Map<String, Tensor> feeds) {
        Rotary.Table table = rotary.table(step.rows(), step.tokens(), step::position, step::length);
        feeds.put(cos(), table.cos());
        feeds.put(sin(), table.sin());
    }
}
