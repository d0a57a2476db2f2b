package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/**
 * Groups of neighbouring experts: a token chooses among the experts of its best groups only.
 *
 * @param groups of equally many experts
 * @param chosen how many of them a token chooses; {@code groups} for all
 * @param summed how many of a group's highest scores are summed to the group's own
 */
// Source: transformers 5.23, models/deepseek_v3/modeling_deepseek_v3.py, DeepseekV3TopkRouter; models/deepseek_v2
public record ExpertGroups(int groups, int chosen, int summed) {
    /** All experts in one group. */
    public static final ExpertGroups ONE = new ExpertGroups(1, 1, 1);

    /**
     * Takes experts of other groups out of the choice.
     *
     * @param scores float32 {@code [tokens, experts]}
     * @return the scores, minus infinity for experts of groups that are not chosen
     */
    Value limit(Ops ops, Value scores, int experts) {
        if (chosen == groups) {
            return scores;
        }
        Value grouped = ops.reshape(scores, -1, groups, experts / groups);
        Value best = ops.topK(grouped, ops.graph().constant(summed), true).get(0);
        Value chosenGroups = ops.topK(ops.sum(best, false, -1), ops.graph().constant(chosen), true)
                .get(1);
        Value numbers = ops.range(ops.graph().scalar((long) groups));
        Value hits = ops.cast(ops.equal(ops.unsqueeze(chosenGroups, 2), numbers), TensorType.I64);
        Value isChosen = ops.less(ops.graph().scalar(0L), ops.unsqueeze(ops.sum(hits, false, 1), 2));
        Value none = ops.graph().scalar(Float.NEGATIVE_INFINITY);
        return ops.reshape(ops.where(isChosen, grouped, none), -1, experts);
    }
}
