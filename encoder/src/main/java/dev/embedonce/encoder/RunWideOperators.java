package dev.embedonce.encoder;

import dev.embedonce.graph.runtime.OnnxFile;
import java.util.Collections;
import java.util.Set;

/**
 * Operators that compute over everything in a run: with them a picture's vector depends on the pictures that run beside
 * it.
 *
 * <p>A graph may do the same in ways that no name gives away, such as a reduction over the batch axis. So a ready ONNX
 * model runs one picture at a time on a CPU whatever it is made of. The names decide about GPUs, where runs of one
 * picture are slow, and about the model version: vectors that were kept before runs were divided may have been shaped
 * by a neighbour.
 */
final class RunWideOperators {
    private static final Set<String> NAMES = Set.of(
            // one scale and zero point for the whole tensor
            "DynamicQuantizeLinear",
            "DynamicQuantizeMatMul",
            "DynamicQuantizeLSTM",
            // mean and variance over the batch, too, by default
            "MeanVarianceNormalization");

    private RunWideOperators() {}

    /** Whether a model calls one, in any of its graphs and functions. */
    static boolean in(OnnxFile model) {
        return !Collections.disjoint(model.operators(), NAMES);
    }
}
