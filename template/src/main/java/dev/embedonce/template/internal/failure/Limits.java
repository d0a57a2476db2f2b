package dev.embedonce.template.internal.failure;

import java.util.List;

/**
 * How much a template may do. It comes with a model and is not trusted: it can call nothing but the built-in functions,
 * filters, tests and methods, and what it makes is bounded by these numbers, which are far above what any chat needs.
 */
public final class Limits {
    /** Characters of one string, and of the output. */
    public static final int TEXT = 8_000_000;
    /** Members of one list. */
    static final int ITEMS = 1_000_000;
    /** Expressions, statements and loop iterations of one rendering; handling a long value counts as several. */
    public static final long STEPS = 5_000_000;
    /** How deep expressions and statements may nest, calls of macros included. */
    public static final int DEPTH = 700;

    private Limits() {}

    /** Returns the text, unless it is too long. */
    public static String text(String text) {
        text(text.length());
        return text;
    }

    /** Fails if a text of this length is too long. */
    public static void text(long length) {
        if (length > TEXT) {
            throw new Failure("a text of more than " + TEXT + " characters");
        }
    }

    /** Returns the list, unless it is too long. */
    public static List<Object> items(List<Object> items) {
        items(items.size());
        return items;
    }

    /** Fails if a list of this length is too long. */
    public static void items(long count) {
        if (count > ITEMS) {
            throw new Failure("a list of more than " + ITEMS + " items");
        }
    }
}
