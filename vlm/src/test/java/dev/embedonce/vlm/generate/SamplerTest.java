package dev.embedonce.vlm.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final Sampling RANDOM = Sampling.GREEDY.withTemperature(1);

    private static float[] logits() {
        return new float[] {1, 3, 2, 3, -5};
    }

    private static Set<Integer> chosen(Sampling sampling) {
        Sampler sampler = new Sampler(sampling, new long[0]);
        Set<Integer> chosen = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            chosen.add(sampler.next(logits()));
        }
        return chosen;
    }

    @Test
    void greedy_takesTheFirstOfTheLargest() {
        assertThat(chosen(Sampling.GREEDY)).containsExactly(1);
    }

    @Test
    void sampled_followsTheProbabilities() {
        Sampler sampler = new Sampler(RANDOM.withSeed(7), new long[0]);
        int[] counts = new int[5];
        int draws = 20_000;
        for (int i = 0; i < draws; i++) {
            counts[sampler.next(logits())]++;
        }
        double sum = 0;
        for (float logit : logits()) {
            sum += Math.exp(logit);
        }
        for (int i = 0; i < counts.length; i++) {
            double expected = Math.exp(logits()[i]) / sum;
            // four standard deviations of a count
            double room = 4 * Math.sqrt(expected * (1 - expected) / draws);
            assertThat((double) counts[i] / draws).isBetween(expected - room, expected + room);
        }
    }

    @Test
    void topK_topP_minP_leaveOutTheUnlikely() {
        assertThat(chosen(RANDOM.withTopK(2))).containsExactlyInAnyOrder(1, 3);
        assertThat(chosen(RANDOM.withTopK(1))).containsExactly(1);
        // probabilities: 0.40, 0.40, 0.15, 0.05, 0.0001
        assertThat(chosen(RANDOM.withTopP(0.39))).containsExactly(1);
        assertThat(chosen(RANDOM.withTopP(0.75))).containsExactlyInAnyOrder(1, 3);
        assertThat(chosen(RANDOM.withTopP(0.9))).containsExactlyInAnyOrder(1, 3, 2);
        assertThat(chosen(RANDOM.withMinP(0.3))).containsExactlyInAnyOrder(1, 3, 2);
        assertThat(chosen(RANDOM.withMinP(1))).containsExactlyInAnyOrder(1, 3);
    }

    @Test
    void temperature_sharpensAndFlattens() {
        assertThat(chosen(RANDOM.withTemperature(0.05))).containsExactlyInAnyOrder(1, 3);
        assertThat(chosen(RANDOM.withTemperature(50))).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
    }

    @Test
    void seed_decides() {
        List<List<Integer>> runs = new ArrayList<>();
        for (long seed : new long[] {1, 1, 2}) {
            Sampler sampler = new Sampler(RANDOM.withSeed(seed), new long[0]);
            List<Integer> run = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                run.add(sampler.next(logits()));
            }
            runs.add(run);
        }
        assertThat(runs.get(0)).isEqualTo(runs.get(1)).isNotEqualTo(runs.get(2));
    }

    @Test
    void repetitionPenalty_countsThePromptToo() {
        Sampler sampler = new Sampler(Sampling.GREEDY.withRepetitionPenalty(2), new long[] {1});
        assertThat(sampler.next(logits())).isEqualTo(3);
        assertThat(sampler.next(logits())).isEqualTo(2);
        float[] negative = {-1, -2, -9, -9, -9};
        assertThat(new Sampler(Sampling.GREEDY.withRepetitionPenalty(3), new long[] {0}).next(negative))
                .isEqualTo(1);
    }

    @Test
    void penaltiesByCount_countWhatWasWritten() {
        Sampler presence = new Sampler(Sampling.GREEDY.withPenalties(0, 1.5), new long[] {1, 3});
        assertThat(List.of(presence.next(logits()), presence.next(logits()), presence.next(logits())))
                .containsExactly(1, 3, 2);
        Sampler frequency = new Sampler(Sampling.GREEDY.withPenalties(0.6, 0), new long[0]);
        assertThat(List.of(
                        frequency.next(logits()),
                        frequency.next(logits()),
                        frequency.next(logits()),
                        frequency.next(logits()),
                        frequency.next(logits())))
                .containsExactly(1, 3, 1, 3, 2);
    }

    @Test
    void logProbabilities_addUpToOne() {
        double sum = 0;
        for (float value : Sampler.logProbabilities(new float[] {1000, 999, -1000})) {
            sum += Math.exp(value);
        }
        assertThat(sum).isBetween(1 - 1e-6, 1 + 1e-6);
    }

    @Test
    void settingsOutOfRange_areRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RANDOM.withTopP(0))
                .withMessageContaining("top-p");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RANDOM.withTemperature(-1))
                .withMessageContaining("temperature");
    }
}
