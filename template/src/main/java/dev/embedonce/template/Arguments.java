package dev.embedonce.template;

import java.util.List;
import java.util.Map;

/** What stands in the parentheses of a call, evaluated. */
record Arguments(List<Object> positional, Map<String, Object> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    static Arguments of(Object... positional) {
        return new Arguments(List.of(positional), Map.of());
    }

    /** These without the first positional ones. */
    Arguments from(int first) {
        return new Arguments(positional.subList(first, positional.size()), named);
    }
}
