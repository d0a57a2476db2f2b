package dev.embedonce.template;

import java.util.List;

/**
 * How much a template may do. It comes with a model and is not trusted: it can call nothing but what this package offers, and what
 * it makes is bounded by these numbers, which are far above what any chat needs.
 */
final class Limits {
    /** Characters of one string, and of the output. */
    static final int TEXT = 8_000_000;
    /** Members of one list. */
    static final int ITEMS = 1_000_000;
    /** Expressions, statements and rounds of loops of one rendering; handling long values counts as several. */
    static final long STEPS = 5_000_000;
    /** Expressions and statements inside each other, calls of macros included. */
    static final int DEPTH = 700;

    private Limits() {}

    static String text(String text) {
        text(text.length());
        return text;
    }

    static void text(long length) {
        if (length > TEXT) {
            throw new Failure("a text of more than " + TEXT + " characters");
        }
    }

    static List<Object> items(List<Object> items) {
        items(items.size());
        return items;
    }

    static void items(long count) {
        if (count > ITEMS) {
            throw new Failure("a list of more than " + ITEMS + " items");
        }
    }
}
