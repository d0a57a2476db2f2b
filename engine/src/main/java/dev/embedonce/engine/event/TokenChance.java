package dev.embedonce.engine.event;

import java.util.List;

/**
 * How likely a written token was.
 *
 * @param token its text, special tokens empty
 * @param logProbability natural logarithm, before penalties and temperature
 * @param likeliest the likeliest tokens at its place, the likeliest first; none if not asked for
 */
public record TokenChance(String token, double logProbability, List<Alternative> likeliest) {
    public TokenChance {
        likeliest = List.copyOf(likeliest);
    }

    /** A token that could have stood there. */
    public record Alternative(String token, double logProbability) {}
}
