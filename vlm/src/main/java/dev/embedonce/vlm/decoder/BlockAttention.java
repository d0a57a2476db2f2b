package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.graph.onnx.Ops.KeptStates;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.Prompt.Block;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Lets the tokens of a {@link Block} see each other. The operator that keeps keys and values is causal; it answers for all tokens,
 * and those of blocks are then answered again by an attention with a mask, over the keys and values just kept. So it does not matter
 * in how many chunks what stands before a block was read, as long as the block itself is read at once.
 *
 * <p>The runtime needs one query at least: where there is no block, token 0 asks for position 0 and nobody takes the answer.
 */
// Source: transformers 5.23, models/gemma3/modeling_gemma3.py, create_masks_for_vision_model
final class BlockAttention {
    /** int64 {@code [queries]}: the tokens of this run that are in blocks. */
    private static final String QUERIES = "block_queries";
    /** int64 {@code [1]}: how many kept positions they see at most. */
    private static final String KEYS = "block_keys";
    /** float32 {@code [queries, keys]}: 0 for what is seen. */
    private static final String MASK = "block_mask";
    /** The same, in layers with a window. */
    private static final String LOCAL_MASK = "local_block_mask";
    /** int64 {@code [tokens]}: whose answer counts, the token's own (causal) one, or behind all those the one of a query. */
    private static final String CHOICE = "block_choice";

    private final Ops ops;
    private final GroupedHeads heads;
    private final Value queries;
    private final Value keys;
    private final Value mask;
    private final Value localMask;
    private final Value choice;

    BlockAttention(Ops ops, DecoderConfig config) {
        GraphBuilder graph = ops.graph();
        Dim[] seen = {Dim.free("block_queries"), Dim.free("block_keys")};
        this.ops = ops;
        this.heads = config.computedHeads();
        this.queries = graph.input(QUERIES, TensorType.I64, seen[0]);
        this.keys = graph.input(KEYS, TensorType.I64, Dim.of(1));
        this.mask = graph.input(MASK, TensorType.F32, seen);
        this.localMask = config.style().local() == null ? mask : graph.input(LOCAL_MASK, TensorType.F32, seen);
        this.choice = graph.input(CHOICE, TensorType.I64, Dim.free("tokens"));
    }

    /**
     * Replaces the answers of tokens in blocks.
     *
     * @param causal float32 [rows, tokens, heads * size]: what the causal operator answers
     * @param query float32 [rows, tokens, heads * size]
     * @return float32 of the same shape
     */
    Value apply(Value causal, Value query, KeptStates kept, boolean local) {
        Value asking = ops.reshape(ops.gather(query, queries, 1), 0, 0, heads.heads(), heads.size());
        Value answers = ops.attention(
                ops.transpose(asking, 0, 2, 1, 3),
                seen(kept.newKeysName(), kept.keys()),
                seen(kept.newValuesName(), kept.values()),
                local ? localMask : mask,
                heads.scale());
        Value merged = ops.reshape(ops.transpose(answers, 0, 2, 1, 3), 0, 0, (long) heads.heads() * heads.size());
        return ops.gather(ops.concat(1, causal, merged), choice, 1);
    }

    private Value seen(String name, Value like) {
        return ops.sliceTo(new Value(name, like.type()), 2, keys);
    }

    /** The inputs of a run that reads a part of a prompt. */
    static void feed(Map<String, Tensor> feeds, Prompt prompt, int from, int tokens, DecoderConfig config) {
        List<Block> blocks = prompt.blocks().stream()
                .filter(block -> block.from() >= from && block.to() <= from + tokens)
                .toList();
        if (blocks.isEmpty()) {
            feedNone(feeds, tokens, config);
            return;
        }
        int queries =
                blocks.stream().mapToInt(block -> block.to() - block.from()).sum();
        int keys = blocks.get(blocks.size() - 1).to();
        long[] asking = new long[queries];
        long[] choice = new long[tokens];
        Arrays.setAll(choice, i -> i);
        ByteBuffer all = mask(queries, keys);
        ByteBuffer near = mask(queries, keys);
        int query = 0;
        for (Block block : blocks) {
            for (int token = block.from(); token < block.to(); token++, query++) {
                asking[query] = (long) token - from;
                choice[token - from] = (long) tokens + query;
                show(all, query * keys, 0, block.to());
                show(near, query * keys, first(token, config), block.to());
            }
        }
        put(feeds, asking, keys, all, near, choice, config);
    }

    /** The first position that a token sees in a layer with a window. */
    private static int first(int token, DecoderConfig config) {
        DecoderConfig.Local local = config.style().local();
        return local == null ? 0 : Math.max(0, token - local.window() + 1);
    }

    /** The inputs of a run without blocks. */
    static void feedNone(Map<String, Tensor> feeds, int tokens, DecoderConfig config) {
        long[] choice = new long[tokens];
        Arrays.setAll(choice, i -> i);
        ByteBuffer one = mask(1, 1);
        show(one, 0, 0, 1);
        put(feeds, new long[] {0}, 1, one, one, choice, config);
    }

    private static void put(
            Map<String, Tensor> feeds,
            long[] asking,
            int keys,
            ByteBuffer all,
            ByteBuffer near,
            long[] choice,
            DecoderConfig config) {
        long[] shape = {asking.length, keys};
        feeds.put(QUERIES, Tensor.ofLongs(asking, asking.length));
        feeds.put(KEYS, Tensor.ofLongs(new long[] {keys}, 1));
        feeds.put(MASK, Tensor.view(DType.FLOAT32, shape, all));
        if (config.style().local() != null) {
            feeds.put(LOCAL_MASK, Tensor.view(DType.FLOAT32, shape, near));
        }
        feeds.put(CHOICE, Tensor.ofLongs(choice, choice.length));
    }

    /** A mask that hides everything. */
    private static ByteBuffer mask(int queries, int keys) {
        ByteBuffer bytes = Tensor.direct(DType.FLOAT32, queries, keys);
        while (bytes.hasRemaining()) {
            bytes.putFloat(Float.NEGATIVE_INFINITY);
        }
        return bytes.flip();
    }

    private static void show(ByteBuffer mask, int row, int from, int to) {
        for (int key = from; key < to; key++) {
            mask.putFloat((row + key) * Float.BYTES, 0);
        }
    }
}
