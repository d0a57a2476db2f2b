package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.StackedLinear;
import dev.embedonce.graph.safetensors.TensorInfo;

/**
 * Gated MLPs whose weights are two tensors of a module: {@code gate_up_proj} has the gate's channels first,
 * {@code down_proj} the way back. Experts are published as {@code [in, out]}; transformers 5 has them as
 * {@code [out, in]}, both tensors alike, so their two shapes leave no doubt.
 *
 * @param module its path within the layer
 */
// Source: transformers 5.23, models/qwen3_vl_moe/modeling_qwen3_vl_moe.py, Qwen3VLMoeTextExperts; conversion_mapping.py
public record StackedExperts(String module, int experts, int hiddenSize, int intermediateSize, Activation activation)
        implements ExpertWeights {
    /** In the module {@code mlp.experts}. */
    public StackedExperts(int experts, int hiddenSize, int intermediateSize, Activation activation) {
        this("mlp.experts", experts, hiddenSize, intermediateSize, activation);
    }

    @Override
    public Experts open(LayerGraph graph) {
        Scope scope = graph.layer().at(module);
        boolean transposed = !(scope.fits("gate_up_proj", experts, 2L * intermediateSize, hiddenSize)
                && scope.fits("down_proj", experts, hiddenSize, intermediateSize));
        StackedLinear gateUp = stacked(scope, "gate_up_proj", hiddenSize, 2 * intermediateSize, transposed);
        StackedLinear down = stacked(scope, "down_proj", intermediateSize, hiddenSize, transposed);
        return Experts.gated(graph.ops(), gateUp::apply, activation, down::apply);
    }

    private StackedLinear stacked(Scope scope, String name, int in, int out, boolean transposed) {
        TensorInfo tensor = transposed ? scope.tensor(name, experts, in, out) : scope.tensor(name, experts, out, in);
        return new StackedLinear(scope, tensor, experts, in, out, transposed);
    }

    @Override
    public long weights() {
        return 3L * hiddenSize * intermediateSize;
    }
}
