package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.value.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A low-rank adaptation of linear layers (LoRA) that is on for some sequences of a batch and off for the others: {@code
 * x * W^T + scale * (x * A^T) * B^T} for the tokens of a sequence whose prompt names it as its {@link
 * dev.embedonce.vlm.prompt.Prompt#mode mode}, {@code x * W^T} for all other tokens, for which nothing more is computed.
 * A and B are {@code lora_A.<name>.weight} and {@code lora_B.<name>.weight} of the layer's module.
 *
 * @param name of the adapter, and of the mode
 * @param rank channels between A and B
 * @param scale what it adds is multiplied by
 */
// Source: microsoft/Phi-4-multimodal-instruct, modeling_phi4mm.py, whose adapters are those of peft
public record Lora(String name, int rank, float scale) implements StepInput {
    /** The inputs of layers with an adapter or none. */
    static List<StepInput> inputs(@Nullable Lora lora) {
        return lora == null ? List.of() : List.of(lora);
    }

    /**
     * Adds a linear layer without bias, with an adapter or none.
     *
     * @param module which has its {@code weight}
     * @param x float32 {@code [rows * tokens, in]}
     * @return float32 {@code [rows * tokens, out]}
     */
    static Value linear(@Nullable Lora lora, LayerGraph graph, Scope module, Value x, int in, int out) {
        return lora == null ? Linear.of(module, in, out, false).apply(x) : lora.linear(graph, module, x, in, out);
    }

    private String input() {
        return "lora_tokens_" + name;
    }

    private Value linear(LayerGraph graph, Scope module, Value x, int in, int out) {
        Ops ops = graph.ops();
        Value tokens = graph.input(input(), TensorType.I64, Dim.free("lora_tokens"));
        Value low = Linear.of(module.at("lora_A." + name), in, rank, false).apply(ops.gather(x, tokens, 0));
        Value added = Linear.of(module.at("lora_B." + name), rank, out, false).apply(low);
        return ops.scatterAdd(
                Linear.of(module, in, out, false).apply(x),
                ops.unsqueeze(tokens, 1),
                ops.mul(added, ops.graph().scalar(scale)));
    }

    /** int64 {@code [tokens]}: which of the run's tokens it is on for. */
    @Override
    public void feed(Step step, Map<String, Tensor> feeds) {
        long[] tokens = IntStream.range(0, step.rows() * step.tokens())
                .filter(token -> step.prompt(token / step.tokens()).mode().equals(name))
                .asLongStream()
                .toArray();
        feeds.put(input(), Tensor.ofLongs(tokens, tokens.length));
    }
}
