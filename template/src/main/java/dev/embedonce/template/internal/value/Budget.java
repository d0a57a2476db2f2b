package dev.embedonce.template.internal.value;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.failure.Limits;
import java.util.List;

/** How much of its {@link Limits} one rendering has used. Used by one thread. */
public final class Budget {
    private static final int CHARACTERS_PER_STEP = 64;
    private static final int ITEMS_PER_STEP = 8;

    private long steps;
    private int depth;

    /** Counts the beginning of an expression or statement. */
    public void enter() {
        steps(1);
        if (++depth > Limits.DEPTH) {
            throw new Failure("more than " + Limits.DEPTH + " expressions and statements inside each other");
        }
    }

    /** Counts its end; a failure ends the rendering, so that nothing is counted then. */
    public void leave() {
        depth--;
    }

    /** Counts the handling of a long value. */
    public void charge(Object value) {
        if (value instanceof Markup markup) {
            charge(markup.text());
        } else if (value instanceof String text) {
            steps(text.length() / CHARACTERS_PER_STEP);
        } else if (value instanceof List<?> list) {
            steps(list.size() / ITEMS_PER_STEP);
        } else if (value instanceof Sized sized) {
            steps(sized.size() / ITEMS_PER_STEP);
        }
    }

    /** Counts steps. */
    public void steps(long more) {
        steps += more;
        if (steps > Limits.STEPS) {
            throw new Failure("the template did not end within " + Limits.STEPS + " steps");
        }
    }
}
