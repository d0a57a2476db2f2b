package dev.embedonce.bench.measure;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets contenders take turns: each works once in every round, and who begins changes from round to round, so that a
 * machine whose speed drifts affects all alike.
 *
 * @param warmUp rounds that do not count
 * @param atMost rounds that count
 * @param limit no further round begins after this time, but there are always {@value #LEAST} that count
 */
public record Rounds(int warmUp, int atMost, Duration limit) {
    private static final int LEAST = 3;

    /** Takes the rounds. */
    public Measured run(List<Contender> contenders) throws Exception {
        double[][] values = new double[contenders.size()][warmUp + atMost];
        long start = System.nanoTime();
        int round = 0;
        while (round < warmUp + Math.min(LEAST, atMost) || (round < warmUp + atMost && withinLimit(start))) {
            for (int i = 0; i < contenders.size(); i++) {
                int who = (i + round) % contenders.size();
                values[who][round] = contenders.get(who).measure().once();
            }
            round++;
        }
        Map<String, double[]> measured = new LinkedHashMap<>();
        for (int i = 0; i < contenders.size(); i++) {
            measured.put(contenders.get(i).name(), Arrays.copyOfRange(values[i], warmUp, round));
        }
        return new Measured(measured);
    }

    private boolean withinLimit(long start) {
        return System.nanoTime() - start < limit.toNanos();
    }
}
