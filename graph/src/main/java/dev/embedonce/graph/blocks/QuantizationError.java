package dev.embedonce.graph.blocks;

/**
 * How far the quantised weights of a layer are from the published ones, measured over all of them.
 *
 * @param tensor the canonical name in the checkpoint
 * @param relativeRms root of the mean squared difference, divided by the root of the mean square of the weights
 * @param maxAbsolute the largest difference of one weight
 */
public record QuantizationError(String tensor, NumericMode mode, double relativeRms, double maxAbsolute) {}
