package dev.embedonce.vlm.generate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Chooses the tokens of one sequence. The same settings, seed and logits give the same tokens. Not thread-safe.
 */
// Source: transformers 5.23, generation/logits_process.py; the penalties by count are those of OpenAI's API
public final class Sampler {
    /** e to the 40: beyond the digits of a double. */
    private static final double NEGLIGIBLE_EXPONENT = 40;

    private final Sampling sampling;
    private final SplittableRandom random;
    private final Set<Long> seen = new HashSet<>();
    private final Map<Long, Integer> written = new HashMap<>();

    /** @param prompt the ids that the sequence begins with */
    public Sampler(Sampling sampling, long[] prompt) {
        this.sampling = sampling;
        this.random = new SplittableRandom(sampling.seed());
        if (sampling.repetitionPenalty() != 1) {
            Arrays.stream(prompt).forEach(seen::add);
        }
    }

    /**
     * The next token, which counts as generated from then on.
     *
     * @param logits one a token id; changed by the call
     */
    public int next(float[] logits) {
        penalise(logits);
        int token = sampling.temperature() == 0 ? largest(logits) : sampled(logits);
        seen.add((long) token);
        written.merge((long) token, 1, Integer::sum);
        return token;
    }

    private void penalise(float[] logits) {
        if (sampling.repetitionPenalty() != 1) {
            for (long id : seen) {
                float logit = logits[(int) id];
                float penalty = (float) sampling.repetitionPenalty();
                logits[(int) id] = logit < 0 ? logit * penalty : logit / penalty;
            }
        }
        if (sampling.frequencyPenalty() != 0 || sampling.presencePenalty() != 0) {
            written.forEach((id, count) -> logits[id.intValue()] -=
                    (float) (count * sampling.frequencyPenalty() + sampling.presencePenalty()));
        }
    }

    /** The first of the largest. */
    static int largest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    private int sampled(float[] logits) {
        int[] order = likeliest(logits, sampling.topK() == 0 ? logits.length : sampling.topK());
        double top = logits[order[0]];
        double[] weights = new double[order.length];
        double sum = 0;
        for (int i = 0; i < order.length; i++) {
            weights[i] = Math.exp((logits[order[i]] - top) / sampling.temperature());
            sum += weights[i];
        }
        int kept = 0;
        double reached = 0;
        while (kept < order.length
                && reached < sampling.topP() * sum
                && weights[kept] >= sampling.minP() * weights[0]) {
            reached += weights[kept++];
        }
        double draw = random.nextDouble() * reached;
        for (int i = 0; i < kept; i++) {
            draw -= weights[i];
            if (draw < 0) {
                return order[i];
            }
        }
        return order[Math.max(0, kept - 1)];
    }

    /**
     * The ids of the largest logits, the largest first; of equal ones the lower id first. Tokens more than e^40 times
     * less likely than the first are left out before the sort, which most of a large vocabulary is.
     */
    private int[] likeliest(float[] logits, int count) {
        double least = logits[largest(logits)] - NEGLIGIBLE_EXPONENT * sampling.temperature();
        long[] keys = new long[logits.length];
        int found = 0;
        for (int i = 0; i < logits.length; i++) {
            if (logits[i] >= least) {
                keys[found++] = (~(long) sortable(logits[i]) << 32) | i;
            }
        }
        Arrays.sort(keys, 0, found);
        return Arrays.stream(keys, 0, Math.min(count, found))
                .mapToInt(key -> (int) key)
                .toArray();
    }

    /** Bits that order as the floats do. */
    private static int sortable(float value) {
        int bits = Float.floatToIntBits(value);
        return bits < 0 ? ~bits ^ Integer.MIN_VALUE : bits;
    }

    /**
     * The natural logarithms of the probabilities of all tokens, before penalties and temperature.
     *
     * @param logits one a token id
     */
    public static float[] logProbabilities(float[] logits) {
        double top = logits[largest(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - top);
        }
        float[] result = new float[logits.length];
        double logSum = top + Math.log(sum);
        for (int i = 0; i < result.length; i++) {
            result[i] = (float) (logits[i] - logSum);
        }
        return result;
    }
}
