package dev.embedonce.engine;

import dev.embedonce.vlm.generate.Sampling;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How an answer is to be generated; what is empty follows the model's own settings.
 *
 * @param maxTokens the most tokens, at least 1; empty for as many as the context has room for
 * @param temperature and the components up to {@code seed}: as in {@link Sampling}
 * @param stops strings that end it
 * @param choices how many answers, at least 1
 * @param likeliest how many of the likeliest tokens to report; empty for no probabilities
 * @param templateVariables more variables of the chat template
 */
public record AnswerOptions(
        OptionalInt maxTokens,
        OptionalDouble temperature,
        OptionalDouble topP,
        OptionalInt topK,
        OptionalDouble minP,
        OptionalDouble repetitionPenalty,
        OptionalDouble frequencyPenalty,
        OptionalDouble presencePenalty,
        OptionalLong seed,
        List<String> stops,
        int choices,
        OptionalInt likeliest,
        Map<String, Object> templateVariables) {
    /** The model's own settings, one answer. */
    public static final AnswerOptions DEFAULT = builder().build();

    public AnswerOptions {
        require(maxTokens.orElse(1) >= 1, "tokens", maxTokens.orElse(1));
        require(choices >= 1, "answers", choices);
        stops = List.copyOf(stops);
        templateVariables = Map.copyOf(templateVariables);
    }

    /**
     * How tokens are sampled.
     *
     * @param model the model's own settings
     * @param chance the seed if the client gives none
     */
    Sampling sampling(Sampling model, long chance) {
        Sampling sampling = model.withTemperature(temperature.orElse(model.temperature()))
                .withTopP(topP.orElse(model.topP()))
                .withTopK(topK.orElse(model.topK()))
                .withMinP(minP.orElse(model.minP()))
                .withRepetitionPenalty(repetitionPenalty.orElse(model.repetitionPenalty()))
                .withSeed(seed.orElse(chance));
        return sampling.withPenalties(
                frequencyPenalty.orElse(model.frequencyPenalty()), presencePenalty.orElse(model.presencePenalty()));
    }

    private static void require(boolean fits, String what, int found) {
        if (!fits) {
            throw new IllegalArgumentException("answer options: expected at least 1 of " + what + "; found " + found);
        }
    }

    /** These options with at most so many tokens. */
    public AnswerOptions atMost(int tokens) {
        return new AnswerOptions(
                OptionalInt.of(Math.min(maxTokens.orElse(tokens), tokens)),
                temperature,
                topP,
                topK,
                minP,
                repetitionPenalty,
                frequencyPenalty,
                presencePenalty,
                seed,
                stops,
                choices,
                likeliest,
                templateVariables);
    }

    /** Collects options, beginning with the model's own settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options. Not thread-safe. */
    public static final class Builder {
        private OptionalInt maxTokens = OptionalInt.empty();
        private OptionalDouble temperature = OptionalDouble.empty();
        private OptionalDouble topP = OptionalDouble.empty();
        private OptionalInt topK = OptionalInt.empty();
        private OptionalDouble minP = OptionalDouble.empty();
        private OptionalDouble repetitionPenalty = OptionalDouble.empty();
        private OptionalDouble frequencyPenalty = OptionalDouble.empty();
        private OptionalDouble presencePenalty = OptionalDouble.empty();
        private OptionalLong seed = OptionalLong.empty();
        private List<String> stops = List.of();
        private int choices = 1;
        private OptionalInt likeliest = OptionalInt.empty();
        private Map<String, Object> templateVariables = Map.of();

        private Builder() {}

        public Builder maxTokens(int value) {
            maxTokens = OptionalInt.of(value);
            return this;
        }

        /** 0 always takes the likeliest token. */
        public Builder temperature(double value) {
            temperature = OptionalDouble.of(value);
            return this;
        }

        public Builder topP(double value) {
            topP = OptionalDouble.of(value);
            return this;
        }

        public Builder topK(int value) {
            topK = OptionalInt.of(value);
            return this;
        }

        public Builder minP(double value) {
            minP = OptionalDouble.of(value);
            return this;
        }

        public Builder repetitionPenalty(double value) {
            repetitionPenalty = OptionalDouble.of(value);
            return this;
        }

        public Builder frequencyPenalty(double value) {
            frequencyPenalty = OptionalDouble.of(value);
            return this;
        }

        public Builder presencePenalty(double value) {
            presencePenalty = OptionalDouble.of(value);
            return this;
        }

        public Builder seed(long value) {
            seed = OptionalLong.of(value);
            return this;
        }

        public Builder stops(List<String> value) {
            stops = value;
            return this;
        }

        public Builder choices(int value) {
            choices = value;
            return this;
        }

        public Builder likeliest(int value) {
            likeliest = OptionalInt.of(value);
            return this;
        }

        public Builder templateVariables(Map<String, Object> value) {
            templateVariables = value;
            return this;
        }

        /** The options. */
        public AnswerOptions build() {
            return new AnswerOptions(
                    maxTokens,
                    temperature,
                    topP,
                    topK,
                    minP,
                    repetitionPenalty,
                    frequencyPenalty,
                    presencePenalty,
                    seed,
                    stops,
                    choices,
                    likeliest,
                    templateVariables);
        }
    }
}
