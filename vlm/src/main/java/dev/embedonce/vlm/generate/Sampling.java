package dev.embedonce.vlm.generate;

/**
 * How a token is chosen from its logits. Applied in this order, as in transformers: penalties, temperature, top-k,
 * top-p, min-p.
 *
 * @param temperature logits are divided by it; 0 takes the likeliest token always (greedy)
 * @param topK only so many of the likeliest tokens; 0 for all
 * @param topP only the likeliest tokens that together reach this probability; 1 for all
 * @param minP only tokens at least this times as likely as the likeliest; 0 for all
 * @param repetitionPenalty logits of tokens seen before, prompt included, are divided by it if positive and multiplied
 *     if negative; 1 for none
 * @param frequencyPenalty taken from a token's logit for each time it was generated
 * @param presencePenalty taken from a token's logit if it was generated at all
 * @param seed of the random numbers
 */
public record Sampling(
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        double frequencyPenalty,
        double presencePenalty,
        long seed) {
    /** The likeliest token, always. */
    public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 1, 0, 0, 0);

    public Sampling {
        require(temperature >= 0 && temperature <= 100, "temperature", temperature, "from 0 to 100");
        require(topK >= 0, "top-k", topK, "from 0 on");
        require(topP > 0 && topP <= 1, "top-p", topP, "above 0, up to 1");
        require(minP >= 0 && minP <= 1, "min-p", minP, "from 0 to 1");
        require(repetitionPenalty > 0, "repetition penalty", repetitionPenalty, "above 0");
        require(Math.abs(frequencyPenalty) <= 100, "frequency penalty", frequencyPenalty, "from -100 to 100");
        require(Math.abs(presencePenalty) <= 100, "presence penalty", presencePenalty, "from -100 to 100");
    }

    private static void require(boolean fits, String name, double value, String expected) {
        if (!fits) {
            throw new IllegalArgumentException(name + ": expected a number " + expected + "; found " + value);
        }
    }

    public Sampling withTemperature(double value) {
        return new Sampling(value, topK, topP, minP, repetitionPenalty, frequencyPenalty, presencePenalty, seed);
    }

    public Sampling withTopK(int value) {
        return new Sampling(temperature, value, topP, minP, repetitionPenalty, frequencyPenalty, presencePenalty, seed);
    }

    public Sampling withTopP(double value) {
        return new Sampling(temperature, topK, value, minP, repetitionPenalty, frequencyPenalty, presencePenalty, seed);
    }

    public Sampling withMinP(double value) {
        return new Sampling(temperature, topK, topP, value, repetitionPenalty, frequencyPenalty, presencePenalty, seed);
    }

    public Sampling withRepetitionPenalty(double value) {
        return new Sampling(temperature, topK, topP, minP, value, frequencyPenalty, presencePenalty, seed);
    }

    public Sampling withPenalties(double frequency, double presence) {
        return new Sampling(temperature, topK, topP, minP, repetitionPenalty, frequency, presence, seed);
    }

    public Sampling withSeed(long value) {
        return new Sampling(temperature, topK, topP, minP, repetitionPenalty, frequencyPenalty, presencePenalty, value);
    }
}
