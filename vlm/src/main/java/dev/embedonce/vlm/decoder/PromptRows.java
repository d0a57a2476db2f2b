package dev.embedonce.vlm.decoder;

import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.layer.Step;
import dev.embedonce.vlm.decoder.layer.TextModel.Injection;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.Prompt.How;
import dev.embedonce.vlm.prompt.Prompt.Target;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/** The input embeddings of a part of a prompt, and the features that enter at later layers. */
final class PromptRows {
    private PromptRows() {}

    /**
     * Float32 {@code [1, tokens, hidden]}: token embeddings, replaced where features are placed; ids that are replaced
     * are not looked up.
     */
    static Tensor embeddings(Prompt prompt, int from, int tokens, EmbeddingTable table) {
        int width = table.width();
        ByteBuffer bytes = Tensor.direct(DType.FLOAT32, tokens, width);
        BitSet replaced = new BitSet(tokens);
        place(prompt, new Target(0, How.REPLACE), from, tokens, width, bytes).forEach(replaced::set);
        for (int token : place(prompt, new Target(0, How.REPLACE_BEFORE_SCALING), from, tokens, width, bytes)) {
            replaced.set(token);
            scale(bytes, token * width, width, table.scale());
        }
        FloatBuffer vectors = bytes.asFloatBuffer();
        for (int i = replaced.nextClearBit(0); i < tokens; i = replaced.nextClearBit(i + 1)) {
            table.put(prompt.id(from + i), vectors.position(i * width));
        }
        add(prompt, from, tokens, width, bytes);
        return Tensor.view(DType.FLOAT32, new long[] {1, tokens, width}, bytes);
    }

    private static void scale(ByteBuffer bytes, int first, int count, float scale) {
        for (int i = first; i < first + count; i++) {
            bytes.putFloat(i * Float.BYTES, bytes.getFloat(i * Float.BYTES) * scale);
        }
    }

    private static void add(Prompt prompt, int from, int tokens, int width, ByteBuffer bytes) {
        Target target = new Target(0, How.ADD);
        if (prompt.placements().stream()
                .noneMatch(placement -> placement.target().equals(target))) {
            return;
        }
        ByteBuffer added = Tensor.direct(DType.FLOAT32, tokens, width);
        for (int token : place(prompt, target, from, tokens, width, added)) {
            for (int i = token * width * Float.BYTES; i < (token + 1) * width * Float.BYTES; i += Float.BYTES) {
                bytes.putFloat(i, bytes.getFloat(i) + added.getFloat(i));
            }
        }
    }

    /** Puts the features that enter before a layer. */
    static void feed(Step step, Injection injection, int hidden, Map<String, Tensor> feeds) {
        Target target = new Target(injection.layer(), injection.how());
        ByteBuffer features = Tensor.direct(DType.FLOAT32, step.tokens(), hidden);
        List<Integer> placed = step.isPrefill()
                ? place(step.prompt(0), target, step.from(0), step.tokens(), hidden, features)
                : List.of();
        int rows = placed.isEmpty() ? 1 : step.tokens();
        feeds.put(
                TextGraph.features(injection),
                placed.isEmpty()
                        ? Tensor.ofFloats(new float[hidden], 1, hidden)
                        : Tensor.view(DType.FLOAT32, new long[] {rows, hidden}, features));
        if (injection.how() == How.REPLACE) {
            float[] staying = new float[rows];
            Arrays.fill(staying, 1);
            placed.forEach(token -> staying[token] = 0);
            feeds.put(TextGraph.staying(injection), Tensor.ofFloats(staying, rows, 1));
        }
    }

    /** Puts the features of one target in the rows of their tokens, and returns those tokens. */
    private static List<Integer> place(
            Prompt prompt, Target target, int from, int tokens, int hidden, ByteBuffer bytes) {
        int rowBytes = hidden * Float.BYTES;
        List<Integer> placed = new ArrayList<>();
        for (Prompt.Placement placement : prompt.placements()) {
            if (!placement.target().equals(target)) {
                continue;
            }
            int[] at = placement.tokens();
            int row = lowerBound(at, from);
            if (row == at.length || at[row] >= from + tokens) {
                continue;
            }
            ByteBuffer rows = placement.rows().tensor().data();
            for (; row < at.length && at[row] < from + tokens; row++) {
                bytes.put((at[row] - from) * rowBytes, rows, rows.position() + row * rowBytes, rowBytes);
                placed.add(at[row] - from);
            }
        }
        return placed;
    }

    private static int lowerBound(int[] rising, int least) {
        int at = Arrays.binarySearch(rising, least);
        return at < 0 ? -at - 1 : at;
    }
}
