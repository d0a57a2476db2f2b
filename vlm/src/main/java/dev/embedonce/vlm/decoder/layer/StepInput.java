package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.value.Tensor;
import java.util.Map;

/**
 * Graph inputs of a run that depend on its tokens, such as cos/sin tables or attention masks. Several layers may share
 * one: implementations are records, and equal ones are one input. Their names belong to one record alone. Stateless.
 */
public interface StepInput {
    /**
     * How many tokens the sequences have at most whose tokens all get the same input however long they become. What is
     * cached of a sequence that outgrows this is no longer valid.
     */
    default int mostTokens() {
        return Integer.MAX_VALUE;
    }

    /** Puts the tensors for a run, by the names of the graph's inputs. */
    void feed(Step step, Map<String, Tensor> feeds);
}
