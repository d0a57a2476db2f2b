package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.value.Tensor;
import java.util.Map;

/**
 * Graph inputs of a run that depend on its tokens, such as cos/sin tables or attention masks. Several layers may share
 * one: implementations are records, and equal ones are one input. Their names belong to one record alone. Stateless.
 */
public interface StepInput {
    /** Puts the tensors for a run, by the names of the graph's inputs. */
    void feed(Step step, Map<String, Tensor> feeds);
}
