package dev.embedonce.template.internal.builtin;

import dev.embedonce.template.internal.value.Arguments;
import dev.embedonce.template.internal.value.Budget;
import dev.embedonce.template.internal.value.Callable;

/** A filter, test or method that every template has. */
@FunctionalInterface
public interface Builtin {
    /**
     * Applies it.
     *
     * @param subject the value that is filtered or tested, or whose method this is
     * @param budget of the rendering that calls it
     */
    Object apply(Object subject, Arguments arguments, Budget budget);

    /** What a built-in with named parameters does. */
    @FunctionalInterface
    interface Body {
        Object apply(Object subject, Bound arguments);
    }

    /** The built-in as a method of one value. */
    default Callable of(Object subject) {
        return (arguments, budget) -> apply(subject, arguments, budget);
    }
}
