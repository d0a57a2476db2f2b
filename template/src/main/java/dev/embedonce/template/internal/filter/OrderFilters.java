package dev.embedonce.template.internal.filter;

import dev.embedonce.template.internal.builtin.Bound;
import dev.embedonce.template.internal.builtin.Registry;
import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.operator.Compare;
import dev.embedonce.template.internal.text.Text;
import dev.embedonce.template.internal.value.Dict;
import dev.embedonce.template.internal.value.DictView;
import dev.embedonce.template.internal.value.None;
import dev.embedonce.template.internal.value.Repr;
import dev.embedonce.template.internal.value.Tuple;
import dev.embedonce.template.internal.value.Undefined;
import dev.embedonce.template.internal.value.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** Filters that compare the members of a value. They ignore case unless told otherwise. */
final class OrderFilters {
    private OrderFilters() {}

    static void addTo(Registry filters) {
        filters.add("sort", "reverse? case_sensitive? attribute?", OrderFilters::sort)
                .add("min", "case_sensitive? attribute?", (value, given) -> extreme(value, given, -1))
                .add("max", "case_sensitive? attribute?", (value, given) -> extreme(value, given, 1))
                .add("dictsort", "case_sensitive? by? reverse?", OrderFilters::dictSort)
                .add("groupby", "attribute default? case_sensitive?", OrderFilters::groupBy);
    }

    static Object withoutCase(Object value) {
        return Values.isText(value) ? Text.lower(Values.text(value)) : value;
    }

    private static Object caseKey(Object value, boolean caseSensitive) {
        return caseSensitive ? value : withoutCase(value);
    }

    private static List<Object> sorted(List<Object> items, Function<Object, Object> key, boolean reverse) {
        record Keyed(Object key, Object item) {}
        Comparator<Keyed> order = (left, right) -> Compare.order(left.key(), right.key());
        List<Keyed> keyed = new ArrayList<>();
        items.forEach(item -> keyed.add(new Keyed(key.apply(item), item)));
        try {
            // reversed keeps equal items in their order, as Python's sorted does
            keyed.sort(reverse ? order.reversed() : order);
        } catch (IllegalArgumentException e) {
            throw new Failure("the items have no order");
        }
        return new ArrayList<>(keyed.stream().map(Keyed::item).toList());
    }

    private static Object sort(Object value, Bound given) {
        Object attribute = given.get(2, None.NONE);
        List<AttributePath> paths = Values.isText(attribute)
                ? Arrays.stream(Values.text(attribute).split(",", -1))
                        .map(AttributePath::of)
                        .toList()
                : List.of(AttributePath.of(attribute));
        boolean caseSensitive = given.truth(1);
        return sorted(
                Values.list(value),
                item -> Tuple.of(paths.stream()
                        .map(path -> caseKey(path.in(item), caseSensitive))
                        .toList()),
                given.truth(0));
    }

    private static Object extreme(Object value, Bound given, int sign) {
        AttributePath path = AttributePath.of(given.get(1, None.NONE));
        boolean caseSensitive = given.truth(0);
        List<Object> items = Values.list(value);
        if (items.isEmpty()) {
            return new Undefined("No aggregated item, sequence was empty.");
        }
        Object best = items.get(0);
        Object bestKey = caseKey(path.in(best), caseSensitive);
        for (Object item : items.subList(1, items.size())) {
            Object key = caseKey(path.in(item), caseSensitive);
            if (Compare.order(key, bestKey) * sign > 0) {
                best = item;
                bestKey = key;
            }
        }
        return best;
    }

    private static Object dictSort(Object value, Bound given) {
        String by = given.text(1, "key");
        if (!by.equals("key") && !by.equals("value")) {
            throw new Failure("You can only sort by either \"key\" or \"value\"");
        }
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (!(value instanceof Dict dict)) {
            throw new Failure(Repr.of(Values.typeName(value)) + " object has no attribute 'items'");
        }
        int part = by.equals("key") ? 0 : 1;
        boolean caseSensitive = given.truth(0);
        return sorted(
                DictView.items(dict).items(),
                item -> caseKey(((Tuple) item).items().get(part), caseSensitive),
                given.truth(2));
    }

    private static Object groupBy(Object value, Bound given) {
        Object whenMissing = given.get(1, None.NONE);
        AttributePath path = AttributePath.of(given.get(0), whenMissing == None.NONE ? null : whenMissing);
        boolean caseSensitive = given.truth(2);
        Function<Object, Object> key = item -> caseKey(path.in(item), caseSensitive);
        List<Object> groups = new ArrayList<>();
        List<Object> members = new ArrayList<>();
        for (Object item : sorted(Values.list(value), key, false)) {
            if (!members.isEmpty() && !Compare.equal(key.apply(members.get(0)), key.apply(item))) {
                groups.add(Tuple.group(path.in(members.get(0)), members));
                members = new ArrayList<>();
            }
            members.add(item);
        }
        if (!members.isEmpty()) {
            groups.add(Tuple.group(path.in(members.get(0)), members));
        }
        return groups;
    }
}
