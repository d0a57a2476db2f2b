package dev.embedonce.template.internal.filter;

import dev.embedonce.template.internal.builtin.Bound;
import dev.embedonce.template.internal.builtin.Registry;
import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.failure.Limits;
import dev.embedonce.template.internal.method.Attributes;
import dev.embedonce.template.internal.value.Dict;
import dev.embedonce.template.internal.value.DictView;
import dev.embedonce.template.internal.value.Generator;
import dev.embedonce.template.internal.value.Iterators;
import dev.embedonce.template.internal.value.Markup;
import dev.embedonce.template.internal.value.None;
import dev.embedonce.template.internal.value.Sized;
import dev.embedonce.template.internal.value.Undefined;
import dev.embedonce.template.internal.value.Values;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** Filters over the members of a value, and the few that take any value. */
final class SequenceFilters {
    private SequenceFilters() {}

    static void addTo(Registry filters) {
        filters.add("default", "default_value? boolean?", SequenceFilters::whenMissing)
                .alias("default", "d")
                .add("attr", "name", (value, given) -> attr(value, given.text(0)))
                .add("list", "", (value, given) -> Values.list(value))
                .add("items", "", (value, given) -> Generator.lazy(() -> items(value)))
                .add("first", "", (value, given) -> first(Values.iterate(value)))
                .add("last", "", (value, given) -> last(value))
                .add("reverse", "", (value, given) -> reverse(value))
                .add(
                        "unique",
                        "case_sensitive? attribute?",
                        (value, given) -> Generator.lazy(() -> unique(value, given)))
                .add("batch", "linecount fill_with?", (value, given) -> Generator.lazy(() -> batch(value, given)))
                .add("slice", "slices fill_with?", (value, given) -> Generator.lazy(() -> slice(value, given)));
    }

    private static Object whenMissing(Object value, Bound given) {
        boolean missing = value instanceof Undefined || (given.truth(1) && !Values.truth(value));
        return missing ? given.get(0, "") : value;
    }

    private static Object attr(Object value, String name) {
        Object own = Attributes.ownAttribute(value, name);
        return own != null ? own : Undefined.member(value, name);
    }

    private static Iterator<Object> items(Object value) {
        if (value instanceof Undefined) {
            return Collections.emptyIterator();
        }
        if (!(value instanceof Dict dict)) {
            throw new Failure("Can only get item pairs from a mapping.");
        }
        return DictView.items(dict).iterator();
    }

    private static Object first(Iterator<Object> items) {
        return items.hasNext() ? items.next() : new Undefined("No first item, sequence was empty.");
    }

    private static Object last(Object value) {
        List<Object> items =
                Values.isText(value) || value instanceof Sized ? Values.list(value) : Values.sequence(value);
        return items.isEmpty() ? new Undefined("No last item, sequence was empty.") : items.get(items.size() - 1);
    }

    private static Object reverse(Object value) {
        List<Object> items = Values.list(value);
        Collections.reverse(items);
        if (Values.isText(value)) {
            StringBuilder out = new StringBuilder();
            items.forEach(out::append);
            return Markup.like(value, out.toString());
        }
        return value instanceof Generator ? items : new Generator(items.iterator());
    }

    private static Iterator<Object> unique(Object value, Bound given) {
        AttributePath path = AttributePath.of(given.get(1, None.NONE));
        Set<Object> seen = new HashSet<>();
        return Iterators.filter(Values.iterate(value), item -> {
            Object part = path.in(item);
            return seen.add(Dict.canonical(given.truth(0) ? part : OrderFilters.withoutCase(part)));
        });
    }

    private static Iterator<Object> batch(Object value, Bound given) {
        long size = given.integer(0, 0);
        Limits.items(size);
        List<Object> rows = new ArrayList<>();
        List<Object> row = new ArrayList<>();
        for (Object item : Values.list(value)) {
            if (row.size() == size) {
                rows.add(row);
                row = new ArrayList<>();
            }
            row.add(item);
        }
        if (!row.isEmpty()) {
            while (given.isSet(1) && row.size() < size) {
                row.add(given.get(1));
            }
            rows.add(row);
        }
        return rows.iterator();
    }

    private static Iterator<Object> slice(Object value, Bound given) {
        int count = (int) Math.max(0, given.integer(0, 0));
        Limits.items(given.integer(0, 0));
        List<Object> items = Values.list(value);
        List<Object> columns = new ArrayList<>();
        if (given.integer(0, 0) == 0) {
            throw new Failure("integer division or modulo by zero");
        }
        int start = 0;
        for (int i = 0; i < count; i++) {
            boolean longer = i < items.size() % count;
            int end = start + items.size() / count + (longer ? 1 : 0);
            List<Object> column = new ArrayList<>(items.subList(start, end));
            if (given.isSet(1) && !longer) {
                column.add(given.get(1));
            }
            columns.add(column);
            start = end;
        }
        return columns.iterator();
    }
}
