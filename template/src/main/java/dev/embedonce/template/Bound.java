package dev.embedonce.template;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The arguments of one call of a built-in function, by the number of the parameter. */
final class Bound {
    private final @Nullable Object[] values;

    Bound(@Nullable Object[] values) {
        this.values = values;
    }

    boolean has(int index) {
        return values[index] != null;
    }

    /** A required one. */
    Object get(int index) {
        return Objects.requireNonNull(values[index]);
    }

    Object get(int index, Object otherwise) {
        Object value = values[index];
        return value == null ? otherwise : value;
    }

    /** Whether it is given and not none. */
    boolean isSet(int index) {
        return get(index, None.NONE) != None.NONE;
    }

    boolean truth(int index) {
        return Values.truth(get(index, false));
    }

    long integer(int index, long otherwise) {
        return Values.integer(get(index, otherwise));
    }

    String text(int index) {
        return Values.text(get(index));
    }

    String text(int index, String otherwise) {
        return Values.text(get(index, otherwise));
    }
}
