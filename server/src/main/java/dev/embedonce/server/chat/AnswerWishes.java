package dev.embedonce.server.chat;

import dev.embedonce.vlm.generate.Sampling;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How an answer is wanted; empty for the model's own way.
 *
 * @param maxTokens the most tokens
 * @param stops strings that end it
 * @param choices how many answers
 * @param likeliest how many of the likeliest tokens to tell; empty for no probabilities
 * @param templateVariables more variables of the chat template
 */
public record AnswerWishes(
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
    public AnswerWishes {
        stops = List.copyOf(stops);
        templateVariables = Map.copyOf(templateVariables);
    }

    /**
     * How tokens are chosen.
     *
     * @param model what the model's makers say
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
}
