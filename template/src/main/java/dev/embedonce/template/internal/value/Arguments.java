package dev.embedonce.template.internal.value;

import java.util.List;
import java.util.Map;

/** What stands in the parentheses of a call, evaluated. */
public record Arguments(List<Object> positional, Map<String, Object> named) {
    public static final Arguments NONE = new Arguments(List.of(), Map.of());

    static Arguments of(Object... positional) {
        return new Arguments(List.of(positional), Map.of());
    }

    /** These arguments without the first positional ones. */
    public Arguments from(int first) {
        return new Arguments(positional.subList(first, positional.size()), named);
    }
}
