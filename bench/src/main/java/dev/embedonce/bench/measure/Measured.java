package dev.embedonce.bench.measure;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.UnaryOperator;

/**
 * The costs of contenders in the same rounds.
 *
 * @param values by contender, in order; equally many for each, with those of one round at the same index
 */
public record Measured(Map<String, double[]> values) {
    /** One contender's values, by round. */
    public double[] of(String contender) {
        double[] own = values.get(contender);
        if (own == null) {
            throw new IllegalArgumentException("nobody is called '" + contender + "'; there are " + values.keySet());
        }
        return own;
    }

    public boolean has(String contender) {
        return values.containsKey(contender);
    }

    public double median(String contender) {
        return Spread.of(of(contender)).median();
    }

    /** How many times as much as {@code other}, round by round. */
    public double[] ratios(String contender, String other) {
        return byRound(contender, other, (own, base) -> own / base);
    }

    /** How much more than {@code other}, round by round. */
    public double[] differences(String contender, String other) {
        return byRound(contender, other, (own, base) -> own - base);
    }

    private double[] byRound(String contender, String other, DoubleBinaryOperator operator) {
        double[] own = of(contender);
        double[] base = of(other);
        double[] result = new double[own.length];
        for (int i = 0; i < own.length; i++) {
            result[i] = operator.applyAsDouble(own[i], base[i]);
        }
        return result;
    }

    /** With one contender more: the sum of two, round by round. */
    public Measured withSum(String name, String one, String other) {
        Map<String, double[]> more = new LinkedHashMap<>(values);
        more.put(name, byRound(one, other, Double::sum));
        return new Measured(more);
    }

    /** The same under other names. */
    public Measured renamed(UnaryOperator<String> name) {
        Map<String, double[]> renamed = new LinkedHashMap<>();
        values.forEach((who, own) -> renamed.put(name.apply(who), own));
        return new Measured(renamed);
    }

    /** Some of the contenders. */
    public Measured only(Iterable<String> contenders) {
        Map<String, double[]> some = new LinkedHashMap<>();
        contenders.forEach(who -> some.put(who, of(who)));
        return new Measured(some);
    }
}
