package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Ops.KvCache;
import dev.embedonce.graph.onnx.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The graph of some layers while it is built: where the layer in work finds its weights, the inputs that layers share,
 * the state of each layer, and what layers pass to later ones besides the hidden states. Not thread-safe.
 */
public final class LayerGraph {
    /** int32 {@code [rows]}: the index of each row's last token in this run. */
    public static final String LAST_POSITIONS = "last_positions";
    /** int32 scalar: tokens of the longest row, this run included. */
    public static final String LONGEST = "longest";

    /**
     * Prefix of the output by which one part of the model passes a value to the input of that name in later parts.
     */
    public static final String HANDED = "handed_";

    private final Scope root;
    private final NumericMode mode;
    private final int hiddenSize;
    private final TokenShape tokens;
    private final GraphBuilder graph;
    private final Map<String, Value> inputs = new HashMap<>();
    private final Map<String, Value> updated = new HashMap<>();
    private final Map<String, Value> handed = new LinkedHashMap<>();
    private int layer;

    /**
     * A graph without layers.
     *
     * @param mode of the layers' linear parts
     * @param tokens axes of the hidden states
     */
    public LayerGraph(Scope root, NumericMode mode, int hiddenSize, TokenShape tokens) {
        this.root = root;
        this.mode = mode;
        this.hiddenSize = hiddenSize;
        this.tokens = tokens;
        this.graph = root.ops().graph();
    }

    /** Goes on to a layer. */
    public void at(int number) {
        layer = number;
    }

    /** The model's weights, those outside its layers among them. */
    public Scope model() {
        return root.in(mode);
    }

    /** The number of the layer in work. */
    public int number() {
        return layer;
    }

    /** The weights of the layer in work. */
    public Scope layer() {
        return root.at("layers", layer).in(mode);
    }

    public int hiddenSize() {
        return hiddenSize;
    }

    public Ops ops() {
        return root.ops();
    }

    /** The axes of the hidden states. */
    public TokenShape tokens() {
        return tokens;
    }

    /** An input of the graph, declared when it is first asked for. */
    public Value input(String name, TensorType type, Dim... dims) {
        return inputs.computeIfAbsent(name, n -> graph.input(n, type, dims));
    }

    /** The state of the layer in work as the run finds it. */
    public Value state(LayerState state) {
        return input(state.name(), TensorType.F32, dims(state));
    }

    private static Dim[] dims(LayerState state) {
        if (state instanceof LayerState.PerToken perToken) {
            return new Dim[] {Dim.free("rows"), Dim.of(perToken.heads()), Dim.free("room"), Dim.of(perToken.size())};
        }
        if (state instanceof LayerState.Borrowed borrowed) {
            return dims(borrowed.of());
        }
        long[] shape = ((LayerState.Recurrent) state).shape();
        Dim[] dims = new Dim[shape.length + 1];
        dims[0] = Dim.free("rows");
        for (int i = 0; i < shape.length; i++) {
            dims[i + 1] = Dim.of(shape[i]);
        }
        return dims;
    }

    /** What a recurrent state becomes in this run. */
    public void update(LayerState.Recurrent state, Value value) {
        graph.output(state.updatedName(), value, dims(state));
        updated.put(state.name(), value);
    }

    /** Keys and values as attention that appends to its KV cache takes them. */
    KvCache kvCache(LayerState.PerToken keys, LayerState.PerToken values) {
        updated.put(keys.name(), new Value(keys.updatedName(), TensorType.F32));
        updated.put(values.name(), new Value(values.updatedName(), TensorType.F32));
        return kvCache(state(keys), state(values), keys, values);
    }

    /** Entries that are keys and values alike, as attention that appends to its KV cache takes them. */
    KvCache kvCache(LayerState.PerToken keys, LayerState.Borrowed values) {
        updated.put(keys.name(), new Value(keys.updatedName(), TensorType.F32));
        return kvCache(state(keys), state(keys), keys, values);
    }

    /** Keys and values of an earlier layer, as attention that adds none of its own takes them. */
    KvCache kvCache(LayerState.Borrowed keys, LayerState.Borrowed values) {
        return kvCache(stateOfEarlierLayer(keys.of()), stateOfEarlierLayer(values.of()), keys, values);
    }

    private KvCache kvCache(Value keys, Value values, LayerState keyState, LayerState valueState) {
        return new KvCache(
                keys,
                values,
                keyState.updatedName(),
                valueState.updatedName(),
                input(LAST_POSITIONS, TensorType.I32, Dim.free("rows")),
                input(LONGEST, TensorType.I32));
    }

    /** The state of an earlier layer, this run's tokens included, for a layer that has none of its own. */
    public Value stateOfEarlierLayer(LayerState.PerToken state) {
        Value here = updated.get(state.name());
        return here == null ? state(state) : here; // in another part of the model, it has been written in place by now
    }

    /**
     * Passes a value to later layers, besides the hidden states.
     *
     * @param name none that an input has
     */
    public void hand(String name, Value value, Dim... dims) {
        handed.put(name, value);
        graph.output(HANDED + name, value, dims);
    }

    /** The value that an earlier layer has passed on, in this part of the model or one before. */
    public Value handed(String name, TensorType type, Dim... dims) {
        Value here = handed.get(name);
        return here == null ? input(name, type, dims) : here;
    }
}
