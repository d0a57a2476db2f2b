package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * As {@link GatedMlp} without biases, from checkpoints that keep gate and up as one: the rows of {@code gate_up_proj},
 * gate first.
 *
 * @param lora of both linear layers; null for none
 */
public record FusedGatedMlp(
        int hiddenSize,
        int intermediateSize,
        Activation activation,
        @Nullable Lora lora) implements FeedForward {
    /** A network without LoRA. */
    public FusedGatedMlp(int hiddenSize, int intermediateSize, Activation activation) {
        this(hiddenSize, intermediateSize, activation, null);
    }

    @Override
    public Value apply(LayerGraph graph, Value x) {
        return lora == null ? plain(graph.layer().at("mlp"), x) : adapted(lora, graph, x);
    }

    private Value plain(Scope mlp, Value x) {
        Linear fused = Linear.of(mlp.at("gate_up_proj"), hiddenSize, 2 * intermediateSize, false);
        return Mlp.gated(
                fused.rows(0, intermediateSize),
                fused.rows(intermediateSize, intermediateSize),
                activation,
                Linear.of(mlp.at("down_proj"), intermediateSize, hiddenSize, false),
                x);
    }

    private Value adapted(Lora adapter, LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        Scope mlp = graph.layer().at("mlp");
        Value fused = Lora.linear(adapter, graph, mlp.at("gate_up_proj"), x, hiddenSize, 2 * intermediateSize);
        List<Value> halves = ops.split(fused, 1, 2);
        Value gated = ops.mul(activation.apply(ops, halves.get(0)), halves.get(1));
        return Lora.linear(adapter, graph, mlp.at("down_proj"), gated, intermediateSize, hiddenSize);
    }

    @Override
    public List<StepInput> inputs() {
        return Lora.inputs(lora);
    }

    @Override
    public long weights() {
        return 3L * hiddenSize * intermediateSize;
    }
}
