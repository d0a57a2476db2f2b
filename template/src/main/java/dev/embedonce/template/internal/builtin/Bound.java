package dev.embedonce.template.internal.builtin;

import dev.embedonce.template.internal.value.None;
import dev.embedonce.template.internal.value.Values;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The arguments of one call of a built-in function, by the number of the parameter. */
public final class Bound {
    private final @Nullable Object[] values;

    Bound(@Nullable Object[] values) {
        this.values = values;
    }

    /** Whether it is given. */
    public boolean has(int index) {
        return values[index] != null;
    }

    /** A required one. */
    public Object get(int index) {
        return Objects.requireNonNull(values[index]);
    }

    /** An optional one. */
    public Object get(int index, Object otherwise) {
        Object value = values[index];
        return value == null ? otherwise : value;
    }

    /** Whether it is given and not none. */
    public boolean isSet(int index) {
        return get(index, None.NONE) != None.NONE;
    }

    /** Whether it is given and true. */
    public boolean truth(int index) {
        return Values.truth(get(index, false));
    }

    /** An optional integer. */
    public long integer(int index, long otherwise) {
        return Values.integer(get(index, otherwise));
    }

    /** A required text. */
    public String text(int index) {
        return Values.text(get(index));
    }

    /** An optional text. */
    public String text(int index, String otherwise) {
        return Values.text(get(index, otherwise));
    }
}
