package dev.embedonce.engine.event;

import java.util.List;

/**
 * How likely a generated token was.
 *
 * @param token its text, special tokens empty
 * @param logProbability natural logarithm, before penalties and temperature
 * @param likeliest the likeliest tokens at its position, the likeliest first; none if not asked for
 */
public record TokenChance(String token, double logProbability, List<Alternative> likeliest) {
    public TokenChance {
        likeliest = List.copyOf(likeliest);
    }

    /** Another token at that position. */
    public record Alternative(String token, double logProbability) {}
}
