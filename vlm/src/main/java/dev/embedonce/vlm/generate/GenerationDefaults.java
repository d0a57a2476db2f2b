package dev.embedonce.vlm.generate;

import dev.embedonce.model.JsonFiles;
import dev.embedonce.model.ModelConfig;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a model's {@code generation_config.json} says.
 *
 * @param endTokens ids that end an answer
 * @param sampling how the model's makers choose tokens; greedy if they do not say
 */
public record GenerationDefaults(Set<Integer> endTokens, Sampling sampling) {
    public GenerationDefaults {
        endTokens = Set.copyOf(endTokens);
    }

    /**
     * Reads the defaults of a model; without the file the config says which token ends an answer.
     *
     * @throws dev.embedonce.error.ModelLoadException if a field is not understood
     */
    public static GenerationDefaults read(JsonFiles files) {
        ModelConfig config = files.required("config.json");
        Set<Integer> ends = new HashSet<>(config.optionalObject("text_config").integers("eos_token_id", List.of()));
        ends.addAll(config.integers("eos_token_id", List.of()));
        return files.config("generation_config.json")
                .map(generation -> read(generation, ends))
                .orElseGet(() -> new GenerationDefaults(ends, Sampling.GREEDY));
    }

    /** These, with other end tokens if the files name none. */
    public GenerationDefaults orEndTokens(Set<Integer> missing) {
        return endTokens.isEmpty() ? new GenerationDefaults(missing, sampling) : this;
    }

    private static GenerationDefaults read(ModelConfig generation, Set<Integer> missing) {
        Set<Integer> ends =
                generation.has("eos_token_id") ? Set.copyOf(generation.integers("eos_token_id", List.of())) : missing;
        if (!generation.flag("do_sample", false)) {
            return new GenerationDefaults(ends, Sampling.GREEDY);
        }
        Sampling sampling = Sampling.GREEDY
                .withTemperature(generation.nonNegative("temperature", 1))
                .withTopK(generation.natural("top_k", 50))
                .withTopP(generation.number("top_p", 1))
                .withMinP(generation.nonNegative("min_p", 0))
                .withRepetitionPenalty(generation.number("repetition_penalty", 1));
        return new GenerationDefaults(ends, sampling);
    }
}
