package dev.embedonce.vlm.generate;

import java.util.List;

/**
 * How an answer is generated.
 *
 * @param maxTokens the most tokens, at least 1
 * @param sampling how tokens are chosen
 * @param stops strings that end the answer
 * @param ignoreEnd whether tokens that end an answer are like any other
 */
public record GenerationOptions(int maxTokens, Sampling sampling, List<String> stops, boolean ignoreEnd) {
    public GenerationOptions {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("max tokens: expected at least 1; found " + maxTokens);
        }
        stops = List.copyOf(stops);
    }

    /** The likeliest tokens, so many at most. */
    public static GenerationOptions greedy(int maxTokens) {
        return new GenerationOptions(maxTokens, Sampling.GREEDY, List.of(), false);
    }

    public GenerationOptions withSampling(Sampling value) {
        return new GenerationOptions(maxTokens, value, stops, ignoreEnd);
    }

    public GenerationOptions withStops(List<String> value) {
        return new GenerationOptions(maxTokens, sampling, value, ignoreEnd);
    }

    public GenerationOptions withIgnoreEnd(boolean value) {
        return new GenerationOptions(maxTokens, sampling, stops, value);
    }
}
