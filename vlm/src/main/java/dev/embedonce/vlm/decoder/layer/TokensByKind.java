package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.value.Tensor;
import java.util.Map;

/** The order that puts the tokens of kind 0 of a run before the others. */
record TokensByKind() implements StepInput {
    /** int64 {@code [all_tokens]}: the tokens in that order, by their flat indices over rows and tokens. */
    private static final String ORDER = "tokens_by_kind";
    /** int64 {@code [all_tokens]}: where each token is in that order. */
    private static final String BACK = "places_by_kind";
    /** int64 {@code [2]}: how many are of kind 0, and how many are not. */
    private static final String COUNTS = "counts_by_kind";

    static Value order(LayerGraph graph) {
        return graph.input(ORDER, TensorType.I64, Dim.free("all_tokens"));
    }

    static Value back(LayerGraph graph) {
        return graph.input(BACK, TensorType.I64, Dim.free("all_tokens"));
    }

    static Value counts(LayerGraph graph) {
        return graph.input(COUNTS, TensorType.I64, Dim.of(2));
    }

    @Override
    public void feed(Step step, Map<String, Tensor> feeds) {
        int all = step.rows() * step.tokens();
        long[] order = new long[all];
        long[] back = new long[all];
        int text = put(step, true, 0, order, back);
        put(step, false, text, order, back);
        feeds.put(ORDER, Tensor.ofLongs(order, all));
        feeds.put(BACK, Tensor.ofLongs(back, all));
        feeds.put(COUNTS, Tensor.ofLongs(new long[] {text, all - text}, 2));
    }

    /** Appends the tokens of kind 0, or those of other kinds, and returns how many there are by then. */
    private static int put(Step step, boolean text, int from, long[] order, long[] back) {
        int next = from;
        for (int token = 0; token < order.length; token++) {
            if (text == (step.kind(token / step.tokens(), token % step.tokens()) == 0)) {
                order[next] = token;
                back[token] = next++;
            }
        }
        return next;
    }
}
