package dev.embedonce.graph.onnx;

import dev.embedonce.graph.TensorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** ONNX operators as typed methods. Each adds a node to the graph and returns a handle on its output. */
public final class Ops {
    private final GraphBuilder graph;

    public Ops(GraphBuilder graph) {
        this.graph = graph;
    }

    public GraphBuilder graph() {
        return graph;
    }

    // ---- elementwise

    public Value add(Value a, Value b) {
        return graph.op("Add", a, b).output();
    }

    public Value sub(Value a, Value b) {
        return graph.op("Sub", a, b).output();
    }

    public Value mul(Value a, Value b) {
        return graph.op("Mul", a, b).output();
    }

    public Value div(Value a, Value b) {
        return graph.op("Div", a, b).output();
    }

    public Value max(Value a, Value b) {
        return graph.op("Max", a, b).output();
    }

    public Value abs(Value x) {
        return graph.op("Abs", x).output();
    }

    public Value floor(Value x) {
        return graph.op("Floor", x).output();
    }

    public Value clip(Value x, Value least, Value most) {
        return graph.op("Clip", x, least, most).output();
    }

    public Value less(Value a, Value b) {
        return graph.op("Less", a, b).output(TensorType.BOOL);
    }

    public Value where(Value condition, Value then, Value otherwise) {
        return graph.op("Where", condition, then, otherwise).output(then.type());
    }

    public Value cos(Value x) {
        return graph.op("Cos", x).output();
    }

    public Value sin(Value x) {
        return graph.op("Sin", x).output();
    }

    public Value exp(Value x) {
        return graph.op("Exp", x).output();
    }

    /** {@code log(1 + e^x)} */
    public Value softplus(Value x) {
        return graph.op("Softplus", x).output();
    }

    public Value tanh(Value x) {
        return graph.op("Tanh", x).output();
    }

    public Value relu(Value x) {
        return graph.op("Relu", x).output();
    }

    public Value sigmoid(Value x) {
        return graph.op("Sigmoid", x).output();
    }

    /** GELU: x times the Gaussian distribution function, by erf or by its tanh approximation. */
    public Value gelu(Value x, boolean tanhApproximation) {
        return graph.op("Gelu", x)
                .with("approximate", tanhApproximation ? "tanh" : "none")
                .output();
    }

    /** {@code x * sigmoid(1.702 x)} */
    public Value quickGelu(Value x) {
        return graph.contrib("QuickGelu", x).with("alpha", 1.702f).output();
    }

    public Value cast(Value x, TensorType to) {
        return graph.op("Cast", x).with("to", to.onnxCode()).output(to);
    }

    public Value equal(Value a, Value b) {
        return graph.op("Equal", a, b).output(TensorType.BOOL);
    }

    // ---- matrices

    public Value matMul(Value a, Value b) {
        return graph.op("MatMul", a, b).output();
    }

    /**
     * {@code x * weight^T + bias}
     *
     * @param x float32 [rows, in]
     * @param weight float32 [out, in], as checkpoints have it
     * @param bias float32 [out], or null
     */
    public Value linear(Value x, Value weight, @Nullable Value bias) {
        Node gemm = bias == null ? graph.op("Gemm", x, weight) : graph.op("Gemm", x, weight, bias);
        return gemm.with("transB", 1).output();
    }

    /** A two-dimensional convolution of [N, C, H, W]. */
    public Value conv(
            Value x, Value weight, @Nullable Value bias, long kernel, long stride, long padding, long groups) {
        Node conv = bias == null ? graph.op("Conv", x, weight) : graph.op("Conv", x, weight, bias);
        return conv.withAll("kernel_shape", kernel, kernel)
                .withAll("strides", stride, stride)
                .withAll("pads", padding, padding, padding, padding)
                .with("group", groups)
                .output();
    }

    // ---- normalisation and reduction

    /** LayerNorm over the last axis. */
    public Value layerNorm(Value x, Value weight, @Nullable Value bias, float epsilon) {
        Node norm = bias == null
                ? graph.op("LayerNormalization", x, weight)
                : graph.op("LayerNormalization", x, weight, bias);
        return norm.with("axis", -1).with("epsilon", epsilon).output();
    }

    /** RMSNorm, {@code x / sqrt(mean(x^2) + epsilon) * weight}, over the last axis. */
    public Value rmsNorm(Value x, Value weight, float epsilon) {
        return graph.op("SimplifiedLayerNormalization", x, weight)
                .with("axis", -1)
                .with("epsilon", epsilon)
                .output();
    }

    public Value softmax(Value x) {
        return graph.op("Softmax", x).with("axis", -1).output();
    }

    /** x divided by its Euclidean length over the last axis; a zero vector stays zero. */
    public Value l2Normalize(Value x) {
        return graph.op("LpNormalization", x).with("axis", -1).with("p", 2).output();
    }

    public Value mean(Value x, boolean keepDims, long... axes) {
        return graph.op("ReduceMean", x, graph.constant(axes))
                .with("keepdims", keepDims ? 1 : 0)
                .output();
    }

    public Value sum(Value x, boolean keepDims, long... axes) {
        return graph.op("ReduceSum", x, graph.constant(axes))
                .with("keepdims", keepDims ? 1 : 0)
                .output();
    }

    /** The first position of the largest element, int64. */
    public Value argMax(Value x, long axis, boolean keepDims) {
        return graph.op("ArgMax", x)
                .with("axis", axis)
                .with("keepdims", keepDims ? 1 : 0)
                .output(TensorType.I64);
    }

    /**
     * The largest or smallest elements along the last axis, in order, equal ones by their positions.
     *
     * @param count int64 {@code [1]}
     * @return the elements, and their positions as int64
     */
    public List<Value> topK(Value x, Value count, boolean largest) {
        return graph.op("TopK", x, count).with("largest", largest ? 1 : 0).outputs(x.type(), TensorType.I64);
    }

    // ---- shapes

    /** int64 [rank] */
    public Value shape(Value x) {
        return graph.op("Shape", x).output(TensorType.I64);
    }

    /** One dimension of x, int64 [1]. */
    public Value dim(Value x, int axis) {
        return graph.op("Shape", x).with("start", axis).with("end", axis + 1).output(TensorType.I64);
    }

    /** {@code dims} may have one -1, for the rest, and 0 for a dimension that stays. */
    public Value reshape(Value x, long... dims) {
        return reshape(x, graph.constant(dims));
    }

    public Value reshape(Value x, Value shape) {
        return graph.op("Reshape", x, shape).output();
    }

    public Value transpose(Value x, long... permutation) {
        return graph.op("Transpose", x).withAll("perm", permutation).output();
    }

    public Value concat(long axis, Value... parts) {
        return graph.op("Concat", parts).with("axis", axis).output();
    }

    /** Equal parts along an axis. */
    public List<Value> split(Value x, long axis, int parts) {
        return graph.op("Split", x)
                .with("axis", axis)
                .with("num_outputs", parts)
                .outputs(parts);
    }

    /** Parts along an axis, of these lengths: int64 {@code [parts]}. */
    public List<Value> split(Value x, long axis, int parts, Value lengths) {
        return graph.op("Split", x, lengths).with("axis", axis).outputs(parts);
    }

    /** From {@code from}, inclusive, to {@code to}, exclusive; {@link Long#MAX_VALUE} for the end. */
    public Value slice(Value x, long axis, long from, long to) {
        return graph.op("Slice", x, graph.constant(from), graph.constant(to), graph.constant(axis))
                .output();
    }

    /** From the start to {@code to}, int64 [1], exclusive. */
    public Value sliceTo(Value x, long axis, Value to) {
        return graph.op("Slice", x, graph.constant(0), to, graph.constant(axis)).output();
    }

    /** Elements of x along an axis; a scalar index drops the axis. */
    public Value gather(Value x, Value indices, long axis) {
        return graph.op("Gather", x, indices).with("axis", axis).output();
    }

    public Value gatherNd(Value x, Value indices, long batchDims) {
        return graph.op("GatherND", x, indices).with("batch_dims", batchDims).output();
    }

    /**
     * x with rows added to some of its own.
     *
     * @param indices int64 [count, 1]: which rows, each at most once
     * @param rows [count, ..]
     */
    public Value scatterAdd(Value x, Value indices, Value rows) {
        return graph.op("ScatterND", x, indices, rows).with("reduction", "add").output();
    }

    public Value unsqueeze(Value x, long... axes) {
        return graph.op("Unsqueeze", x, graph.constant(axes)).output();
    }

    public Value squeeze(Value x, long... axes) {
        return graph.op("Squeeze", x, graph.constant(axes)).output();
    }

    /** Pads the last axis with zeros at its end. */
    public Value padLast(Value x, int rank, long count) {
        long[] pads = new long[2 * rank];
        pads[2 * rank - 1] = count;
        return graph.op("Pad", x, graph.constant(pads)).output();
    }

    public Value expand(Value x, Value shape) {
        return graph.op("Expand", x, shape).output();
    }

    /** 0, 1, 2 .. up to a scalar, exclusive. */
    public Value range(Value limit) {
        return graph.op("Range", graph.scalar(0L), limit, graph.scalar(1L)).output();
    }

    // ---- fused operators of ONNX Runtime

    /**
     * Multi-head scaled dot-product attention.
     *
     * @param query float32 [batch, queries, heads * size]
     * @param key float32 [batch, keys, heads * size]
     * @param value float32 [batch, keys, heads * size]
     * @param bias added to the scores before the softmax: float32 [batch or 1, heads or 1, queries, keys], or null
     * @param causal whether a query attends to no key after its own position
     * @return float32 [batch, queries, heads * size]
     */
    public Value multiHeadAttention(
            Value query, Value key, Value value, int heads, @Nullable Value bias, boolean causal) {
        Node attention = bias == null
                ? graph.contrib("MultiHeadAttention", query, key, value)
                : graph.contrib("MultiHeadAttention", query, key, value, null, null, bias);
        return attention
                .with("num_heads", heads)
                .with("unidirectional", causal ? 1 : 0)
                .output();
    }

    /**
     * Applies a rotary position embedding (RoPE), which rotates the pairs {@code (i, i + size/2)} of each head.
     *
     * @param x float32 [batch, tokens, heads * size]
     * @param cos float32 [batch, tokens, size / 2]
     * @param sin float32 [batch, tokens, size / 2]
     */
    public Value rotary(Value x, Value cos, Value sin, int heads) {
        return rotary(x, cos, sin, heads, 0, false);
    }

    /**
     * As {@link #rotary(Value, Value, Value, int)}, with pairs of neighbours or over a part of each head only.
     *
     * @param cos float32 [batch, tokens, pairs of a head]
     * @param sin float32 [batch, tokens, pairs of a head]
     * @param rotated how many channels at the start of each head are rotated; 0 for all
     * @param neighbours whether the pairs are {@code (2i, 2i + 1)}; else {@code (i, i + half of the rotated)}
     */
    public Value rotary(Value x, Value cos, Value sin, int heads, int rotated, boolean neighbours) {
        Node rotary = graph.op("RotaryEmbedding", x, cos, sin).with("num_heads", heads);
        if (neighbours) {
            rotary.with("interleaved", 1);
        }
        if (rotated != 0) {
            rotary.with("rotary_embedding_dim", rotated);
        }
        return rotary.output();
    }

    /**
     * Causal grouped-query attention with a KV cache: the keys and values of {@code tokens} new positions are appended
     * to each row's, in place, and every query attends to those up to its own position.
     *
     * @param query float32 [batch, tokens, heads * size]
     * @param key float32 [batch, tokens, kvHeads * size]
     * @param value float32 [batch, tokens, kvHeads * size]
     * @param cache the KV cache
     * @param heads the numbers of query and key/value heads, the scale of scores, and the sliding window
     * @return float32 [batch, tokens, heads * size]
     */
    public Value groupedQueryAttention(Value query, Value key, Value value, KvCache cache, GroupedHeads heads) {
        List<Value> outputs = graph.contrib(
                        "GroupQueryAttention",
                        query,
                        key,
                        value,
                        cache.keys(),
                        cache.values(),
                        cache.lastPositions(),
                        cache.longest())
                .with("num_heads", heads.heads())
                .with("kv_num_heads", heads.kvHeads())
                .with("do_rotary", 0)
                .with("scale", heads.scale())
                .with("local_window_size", heads.window() == 0 ? -1 : heads.window())
                .with("softcap", heads.softcap())
                .outputsNamed(graph.freshName("attention"), cache.newKeysName(), cache.newValuesName());
        Dim[] dims = {Dim.free("rows"), Dim.of(heads.kvHeads()), Dim.free("room"), Dim.of(heads.size())};
        graph.expose(outputs.get(1), dims);
        graph.expose(outputs.get(2), dims);
        return outputs.get(0);
    }

    /**
     * As {@link #groupedQueryAttention}, over keys and values that are there already, those of the queries' own
     * positions included: they stay as they are.
     *
     * @param query float32 [batch, tokens, heads * size]
     * @param cache the cached keys and values
     * @return float32 [batch, tokens, heads * size]
     */
    public Value groupedQueryAttentionOver(Value query, KvCache cache, GroupedHeads heads) {
        Value none = slice(slice(query, 1, 0, 0), 2, 0, (long) heads.kvHeads() * heads.size());
        return groupedQueryAttention(query, none, none, cache, heads);
    }

    /**
     * A depthwise causal convolution over the tokens of this run and the last ones before them.
     *
     * @param x float32 [rows, channels, tokens]
     * @param weight float32 [channels, 1, kernel]
     * @param state float32 [rows, channels, kernel - 1]: the last columns of {@code x} so far; zeros at first
     * @param silu whether SiLU is applied to the result
     * @return float32 [rows, channels, tokens]
     */
    public Stateful causalConv(Value x, Value weight, Value state, boolean silu) {
        return stateful(graph.contrib("CausalConvWithState", x, weight, null, state)
                .with("activation", silu ? "silu" : "none"));
    }

    /**
     * Linear attention by the gated delta rule. For each token and head, {@code S = e^decay * S}, then
     * {@code S = S + key * (beta * (value - S^T * key))^T}; the output is {@code scale * S^T * query}.
     *
     * @param query float32 [rows, tokens, keyHeads * keySize]
     * @param key float32 [rows, tokens, keyHeads * keySize], L2-normalised
     * @param value float32 [rows, tokens, valueHeads * valueSize]
     * @param state S, float32 [rows, valueHeads, keySize, valueSize]; zeros at first
     * @param decay float32 [rows, tokens, valueHeads], at most 0
     * @param beta float32 [rows, tokens, valueHeads], from 0 to 1
     * @return float32 [rows, tokens, valueHeads * valueSize]
     */
    public Stateful gatedDeltaRule(
            Value query, Value key, Value value, Value state, Value decay, Value beta, DeltaHeads heads) {
        return stateful(graph.contrib("LinearAttention", query, key, value, state, decay, beta)
                .with("update_rule", "gated_delta")
                .with("q_num_heads", heads.keyHeads())
                .with("kv_num_heads", heads.valueHeads())
                .with("scale", heads.scale()));
    }

    private static Stateful stateful(Node node) {
        List<Value> outputs = node.outputs(2);
        return new Stateful(outputs.get(0), outputs.get(1));
    }

    /**
     * What a recurrent operator gives.
     *
     * @param state after the last token of this run, for the next one
     */
    public record Stateful(Value output, Value state) {}

    /**
     * The heads of {@link #gatedDeltaRule}.
     *
     * @param keyHeads of queries and keys
     * @param valueHeads of values and outputs, a multiple of {@code keyHeads}: so many neighbours share a query and key
     * @param scale what outputs are multiplied by
     */
    public record DeltaHeads(int keyHeads, int valueHeads, float scale) {}

    /**
     * Grouped-query attention with an attention mask.
     *
     * @param query float32 [batch, heads, queries, size]
     * @param key float32 [batch, kvHeads, keys, size]
     * @param value float32 [batch, kvHeads, keys, size]
     * @param mask added to the scores before the softmax: float32, broadcast to [batch, heads, queries, keys]; null for
     *     none
     * @param scale what scores are multiplied by
     * @return float32 [batch, heads, queries, size]
     */
    public Value attention(Value query, Value key, Value value, @Nullable Value mask, float scale) {
        return attention(query, key, value, mask, scale, 0);
    }

    /**
     * As {@link #attention(Value, Value, Value, Value, float)}, with capped scores.
     *
     * @param softcap scores s become {@code softcap * tanh(s / softcap)} before the mask is added; 0 for no cap
     */
    public Value attention(Value query, Value key, Value value, @Nullable Value mask, float scale, float softcap) {
        Node attention = mask == null
                ? graph.op("Attention", query, key, value)
                : graph.op("Attention", query, key, value, mask);
        attention.with("scale", scale);
        return (softcap == 0 ? attention : attention.with("softcap", softcap)).output();
    }

    /**
     * A KV cache: keys and values that last from run to run, and how many positions each row has.
     *
     * @param keys float32 [batch, kvHeads, room, size]; the graph's output {@code newKeysName} is the same memory
     * @param values float32 [batch, kvHeads, room, size]; likewise
     * @param lastPositions int32 [batch]: positions of a row after this run, less 1
     * @param longest int32 scalar: positions of the longest row after this run
     */
    public record KvCache(
            Value keys, Value values, String newKeysName, String newValuesName, Value lastPositions, Value longest) {}

    /**
     * The heads of grouped-query attention.
     *
     * @param size channels of a head
     * @param scale what scores are multiplied by
     * @param window the sliding window: how many positions a query attends to, its own included; 0 for all
     * @param softcap scores s become {@code softcap * tanh(s / softcap)}; 0 for no cap
     */
    public record GroupedHeads(int heads, int kvHeads, int size, float scale, int window, float softcap) {}
}
