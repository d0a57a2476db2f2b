package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.Prompt.TokenSet;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Lets the tokens of a {@link TokenSet} attend to each other. The operator that appends to the KV cache is causal; it
 * computes the outputs of all tokens, and those of tokens in sets are then recomputed by an attention with a mask, over
 * the keys and values just cached. So the tokens before a set may be prefilled in any number of chunks, as long as the
 * set itself is prefilled in one.
 *
 * <p>The runtime needs one query at least: where there is no set, token 0 attends to position 0 and the output is
 * dropped.
 *
 * @param window how many positions back a token of these layers attends to, its own included, members of a set that is
 *     {@link TokenSet#beyondWindows} aside; 0 for all
 */
// Source: transformers 5.23, models/gemma3/modeling_gemma3.py, create_masks_for_vision_model
record BidirectionalSets(int window) implements StepInput {
    /** int64 {@code [queries]}: the tokens of this run that are in sets. */
    private static final String QUERIES = "queries";
    /** int64 {@code [1]}: how many cached positions they attend to at most. */
    private static final String KEYS = "keys";
    /** float32 {@code [queries, keys]}: 0 where a query attends, minus infinity elsewhere. */
    private static final String MASK = "mask";
    /**
     * int64 {@code [tokens]}, which output counts: the index of the token's own (causal) one or, after all those, of a
     * query's.
     */
    private static final String CHOICE = "choice";

    private String input(String what) {
        return "bidirectional_" + (window == 0 ? "" : "window_" + window + "_") + what;
    }

    /**
     * Replaces the outputs of tokens in sets.
     *
     * @param causal float32 [rows, tokens, heads * size]: the output of the causal operator
     * @param query float32 [rows, tokens, heads * size]
     * @param keys float32 [rows, kvHeads, room, size], those of this run included
     * @param values float32 [rows, kvHeads, room, size], likewise
     * @return float32 of the same shape as {@code causal}
     */
    Value apply(LayerGraph graph, Value causal, Value query, Value keys, Value values, GroupedHeads heads) {
        Ops ops = graph.ops();
        Value queries = graph.input(input(QUERIES), TensorType.I64, Dim.free("queries"));
        Value asking = ops.reshape(ops.gather(query, queries, 1), 0, 0, heads.heads(), heads.size());
        Value answers = ops.attention(
                ops.transpose(asking, 0, 2, 1, 3),
                visible(graph, keys),
                visible(graph, values),
                graph.input(input(MASK), TensorType.F32, Dim.free("queries"), Dim.free("keys")),
                heads.scale(),
                heads.softcap());
        Value merged = ops.reshape(ops.transpose(answers, 0, 2, 1, 3), 0, 0, (long) heads.heads() * heads.size());
        Value choice = graph.input(input(CHOICE), TensorType.I64, Dim.free("tokens"));
        return ops.gather(ops.concat(1, causal, merged), choice, 1);
    }

    private Value visible(LayerGraph graph, Value cached) {
        Value count = graph.input(input(KEYS), TensorType.I64, Dim.of(1));
        return graph.ops().sliceTo(cached, 2, count);
    }

    @Override
    public void feed(Step step, Map<String, Tensor> feeds) {
        List<TokenSet> sets = step.isPrefill() ? setsOf(step) : List.of();
        if (sets.isEmpty()) {
            feedNone(step.tokens(), feeds);
            return;
        }
        int from = step.from(0);
        int queries = sets.stream().mapToInt(set -> set.tokens().length).sum();
        int keys = sets.stream().mapToInt(TokenSet::end).max().orElseThrow();
        long[] asking = new long[queries];
        long[] choice = causal(step.tokens());
        ByteBuffer mask = hidden(queries, keys);
        int query = 0;
        for (TokenSet set : sets) {
            int[] members = set.tokens();
            for (int token : members) {
                asking[query] = (long) token - from;
                choice[token - from] = (long) step.tokens() + query;
                show(mask, query * keys, token, set, members);
                query++;
            }
        }
        put(feeds, asking, keys, mask, choice);
    }

    private static List<TokenSet> setsOf(Step step) {
        Prompt prompt = step.prompt(0);
        int from = step.from(0);
        return prompt.bidirectional().stream()
                .filter(set -> set.first() >= from && set.end() <= from + step.tokens())
                .toList();
    }

    /** Unmasks for a token all before it, as far as the window reaches back, and the members of its set. */
    private void show(ByteBuffer mask, int row, int token, TokenSet set, int[] members) {
        int first = window == 0 ? 0 : Math.max(0, token - window + 1);
        for (int key = first; key <= token; key++) {
            mask.putFloat((row + key) * Float.BYTES, 0);
        }
        for (int member : members) {
            if (set.beyondWindows() || member >= first) {
                mask.putFloat((row + member) * Float.BYTES, 0);
            }
        }
    }

    private void feedNone(int tokens, Map<String, Tensor> feeds) {
        ByteBuffer one = hidden(1, 1);
        one.putFloat(0, 0);
        put(feeds, new long[] {0}, 1, one, causal(tokens));
    }

    private static long[] causal(int tokens) {
        long[] choice = new long[tokens];
        Arrays.setAll(choice, i -> i);
        return choice;
    }

    private void put(Map<String, Tensor> feeds, long[] asking, int keys, ByteBuffer mask, long[] choice) {
        feeds.put(input(QUERIES), Tensor.ofLongs(asking, asking.length));
        feeds.put(input(KEYS), Tensor.ofLongs(new long[] {keys}, 1));
        feeds.put(input(MASK), Tensor.view(DType.FLOAT32, new long[] {asking.length, keys}, mask));
        feeds.put(input(CHOICE), Tensor.ofLongs(choice, choice.length));
    }

    /** A mask under which nothing attends to anything. */
    private static ByteBuffer hidden(int queries, int keys) {
        ByteBuffer bytes = Tensor.direct(DType.FLOAT32, queries, keys);
        while (bytes.hasRemaining()) {
            bytes.putFloat(Float.NEGATIVE_INFINITY);
        }
        return bytes.flip();
    }
}
