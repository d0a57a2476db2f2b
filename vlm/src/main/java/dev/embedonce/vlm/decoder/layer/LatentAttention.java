package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.safetensors.TensorInfo;
import java.util.List;

/**
 * Multi-head latent attention (MLA), in the module {@code self_attn} of its layer: the keys and values of all heads are
 * projections of one latent vector a token; one more, rotated key is common to all heads.
 *
 * <p>The KV cache holds latents and rotated keys, {@code latentSize + ropeSize} numbers a token, and not the keys and
 * values of heads. These are never computed: {@code kv_b_proj} is absorbed, its rows of keys into the queries and those
 * of values into what comes back, so that all heads attend to the latents themselves. It is float32 in every mode.
 *
 * @param queryRank channels of the latent that queries are projections of; 0 if they are projections of the hidden
 *     states
 * @param latentSize channels of the latent that keys and values are projections of
 * @param keySize channels of a query or key without positions
 * @param ropeSize channels of a query or key that are rotated; they follow the others
 * @param valueSize channels of a value
 * @param scale of scores
 * @param bias whether the projections to latents and the one back have a bias
 * @param norm of latents
 */
// Source: transformers 5.23, models/deepseek_v3/modeling_deepseek_v3.py, DeepseekV3Attention, and models/deepseek_v2;
// DeepSeek-V2 (arXiv 2405.04434), section 2.1
public record LatentAttention(
        int heads,
        int queryRank,
        int latentSize,
        int keySize,
        int ropeSize,
        int valueSize,
        float scale,
        boolean bias,
        RmsNorm norm,
        RopeTables rope)
        implements TokenMixer {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /** One head of latents and rotated keys, which are values too: of what comes back only the latent is used. */
    private CachedHeads cached() {
        return new CachedHeads(new GroupedHeads(heads, 1, latentSize + ropeSize, scale, 0, 0), false);
    }

    @Override
    public List<LayerState> states(int layer) {
        return cached().sharedStates(layer);
    }

    @Override
    public List<StepInput> inputs() {
        return List.of(rope);
    }

    @Override
    public Value mix(LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        ops.graph().uses("latent-attention", REVISION);
        Scope scope = graph.layer().at("self_attn");
        Value attended = cached().attendShared(graph, queries(graph, scope, x), entries(graph, scope, x));
        Value latents = ops.slice(ops.reshape(attended, -1, heads, latentSize + ropeSize), 2, 0, latentSize);
        Value values = ops.transpose(up(scope, keySize, valueSize), 0, 2, 1);
        return Linear.of(scope.at("o_proj"), heads * valueSize, graph.hiddenSize(), bias)
                .apply(ops.reshape(eachHead(ops, latents, values), -1, (long) heads * valueSize));
    }

    /** Queries of latents, then of rotated keys: float32 {@code [rows, tokens, heads * (latentSize + ropeSize)]}. */
    private Value queries(LayerGraph graph, Scope scope, Value x) {
        Ops ops = graph.ops();
        int size = keySize + ropeSize;
        Value split = ops.reshape(projectedQueries(graph, scope, x), -1, heads, size);
        Value absorbed = eachHead(ops, ops.slice(split, 2, 0, keySize), up(scope, 0, keySize));
        Value rotated =
                rotated(graph, ops.reshape(ops.slice(split, 2, keySize, size), -1, (long) heads * ropeSize), heads);
        Value both = ops.concat(2, absorbed, ops.reshape(rotated, -1, heads, ropeSize));
        return graph.tokens().batched(ops.reshape(both, -1, heads * (long) (latentSize + ropeSize)));
    }

    /** float32 {@code [rows * tokens, heads * (keySize + ropeSize)]}. */
    private Value projectedQueries(LayerGraph graph, Scope scope, Value x) {
        int channels = heads * (keySize + ropeSize);
        if (queryRank == 0) {
            return Linear.of(scope.at("q_proj"), graph.hiddenSize(), channels, false)
                    .apply(x);
        }
        Value latent = Linear.of(scope.at("q_a_proj"), graph.hiddenSize(), queryRank, bias)
                .apply(x);
        return Linear.of(scope.at("q_b_proj"), queryRank, channels, false)
                .apply(norm.apply(scope.at("q_a_layernorm"), latent, queryRank));
    }

    /** What is cached of the tokens of this run: float32 {@code [rows, tokens, latentSize + ropeSize]}. */
    private Value entries(LayerGraph graph, Scope scope, Value x) {
        Ops ops = graph.ops();
        int size = latentSize + ropeSize;
        Value both = Linear.of(scope.at("kv_a_proj_with_mqa"), graph.hiddenSize(), size, bias)
                .apply(x);
        Value latent = norm.apply(scope.at("kv_a_layernorm"), ops.slice(both, 1, 0, latentSize), latentSize);
        return ops.concat(2, graph.tokens().batched(latent), rotated(graph, ops.slice(both, 1, latentSize, size), 1));
    }

    /** float32 {@code [rows * tokens, count * ropeSize]} to {@code [rows, tokens, count * ropeSize]}. */
    private Value rotated(LayerGraph graph, Value x, int count) {
        return rope.rotate(graph, graph.tokens().batched(x), count, ropeSize);
    }

    /** Some rows of every head's part of {@code kv_b_proj}: float32 {@code [heads, count, latentSize]}. */
    private Value up(Scope scope, int first, int count) {
        int rows = keySize + valueSize;
        TensorInfo weight = scope.at("kv_b_proj").tensor("weight", (long) heads * rows, latentSize);
        return scope.ops().slice(scope.view(weight, heads, rows, latentSize), 1, first, first + (long) count);
    }

    /** Multiplies {@code [tokens, heads, in]} by {@code [heads, in, out]}: float32 {@code [tokens, heads, out]}. */
    private static Value eachHead(Ops ops, Value x, Value matrices) {
        return ops.transpose(ops.matMul(ops.transpose(x, 1, 0, 2), matrices), 1, 0, 2);
    }
}
