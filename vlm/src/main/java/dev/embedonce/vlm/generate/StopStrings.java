package dev.embedonce.vlm.generate;

import java.util.List;

/**
 * Ends a text at the first of some strings, which is not part of the text. Text that may be the beginning of one is
 * held back until it is clear. Not thread-safe.
 */
public final class StopStrings {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean stopped;

    /** @throws IllegalArgumentException if one is empty */
    public StopStrings(List<String> stops) {
        if (stops.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a stop string must not be empty");
        }
        this.stops = List.copyOf(stops);
    }

    /** Takes more text; returns what may be given out. */
    public String next(String text) {
        if (stopped) {
            return "";
        }
        held.append(text);
        int end = firstStop();
        if (end >= 0) {
            stopped = true;
            return held.substring(0, end);
        }
        int safe = held.length() - longestBeginning();
        String out = held.substring(0, safe);
        held.delete(0, safe);
        return out;
    }

    /** What is held back when no more text comes. */
    public String rest() {
        return stopped ? "" : held.toString();
    }

    /** Whether a stop string was found. */
    public boolean isStopped() {
        return stopped;
    }

    private int firstStop() {
        int first = -1;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            if (at >= 0 && (first < 0 || at < first)) {
                first = at;
            }
        }
        return first;
    }

    /** How long the longest end of the text is that begins a stop string. */
    private int longestBeginning() {
        int longest = 0;
        for (String stop : stops) {
            for (int n = Math.min(stop.length() - 1, held.length()); n > longest; n--) {
                if (held.substring(held.length() - n).equals(stop.substring(0, n))) {
                    longest = n;
                }
            }
        }
        return longest;
    }
}
