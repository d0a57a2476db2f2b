package dev.embedonce.cli.vlm;

import dev.embedonce.vlm.generate.GenerationDefaults;
import dev.embedonce.vlm.generate.GenerationOptions;
import dev.embedonce.vlm.generate.Sampling;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How answers are generated: options that commands share. Defaults are those of the model's generation_config.json. */
final class SamplingOptions {
    @Option(
            names = {"-n", "--max-tokens"},
            paramLabel = "N",
            defaultValue = "512",
            description = "The most tokens of an answer. Default: ${DEFAULT-VALUE}.")
    private int maxTokens = 512;

    @Option(names = "--greedy", description = "Always take the likeliest token.")
    private boolean greedy;

    @Option(names = "--temperature", paramLabel = "T", description = "0 for the likeliest token always.")
    private @Nullable Double temperature;

    @Option(names = "--top-k", paramLabel = "K", description = "Choose among the K likeliest tokens; 0 for all.")
    private @Nullable Integer topK;

    @Option(names = "--top-p", paramLabel = "P", description = "Choose among the likeliest that together reach P.")
    private @Nullable Double topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "Leave out tokens less than P times as likely as the first.")
    private @Nullable Double minP;

    @Option(names = "--repetition-penalty", paramLabel = "R", description = "Above 1 to avoid what was said.")
    private @Nullable Double repetitionPenalty;

    @Option(names = "--seed", paramLabel = "N", description = "Of the random numbers. Default: a new one each time.")
    private @Nullable Long seed;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "End the answer before TEXT; may be given several times.")
    private List<String> stops = new ArrayList<>();

    GenerationOptions options(GenerationDefaults defaults) {
        Sampling sampling = greedy ? Sampling.GREEDY : defaults.sampling();
        sampling = temperature == null ? sampling : sampling.withTemperature(temperature);
        sampling = topK == null ? sampling : sampling.withTopK(topK);
        sampling = topP == null ? sampling : sampling.withTopP(topP);
        sampling = minP == null ? sampling : sampling.withMinP(minP);
        sampling = repetitionPenalty == null ? sampling : sampling.withRepetitionPenalty(repetitionPenalty);
        sampling = sampling.withSeed(seed == null ? System.nanoTime() : seed);
        return GenerationOptions.greedy(maxTokens).withSampling(sampling).withStops(stops);
    }
}
