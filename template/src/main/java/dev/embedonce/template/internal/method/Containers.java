package dev.embedonce.template.internal.method;

import dev.embedonce.template.internal.builtin.Bound;
import dev.embedonce.template.internal.builtin.Registry;
import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.operator.Compare;
import dev.embedonce.template.internal.value.Dict;
import dev.embedonce.template.internal.value.DictView;
import dev.embedonce.template.internal.value.None;
import dev.embedonce.template.internal.value.Repr;
import dev.embedonce.template.internal.value.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The methods of lists, tuples and dictionaries, all but those that would change them. */
final class Containers {
    static final Registry TUPLE = new Registry()
            .add("count", "/ value", (self, given) -> count(self, given.get(0)))
            .add("index", "/ value start? stop?", Containers::index);
    static final Registry LIST = new Registry()
            .add("count", "/ value", (self, given) -> count(self, given.get(0)))
            .add("index", "/ value start? stop?", Containers::index)
            .add("copy", "", (self, given) -> new ArrayList<>(Values.sequence(self)));
    static final Registry DICT = new Registry()
            .add("keys", "", (self, given) -> DictView.keys((Dict) self))
            .add("values", "", (self, given) -> DictView.values((Dict) self))
            .add("items", "", (self, given) -> DictView.items((Dict) self))
            .add("copy", "", (self, given) -> Dict.copyOf((Dict) self))
            .add("get", "/ key default?", (self, given) -> {
                Object value = ((Dict) self).get(given.get(0));
                return value == null ? given.get(1, None.NONE) : value;
            });

    private static final Set<String> LIST_CHANGES =
            Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
    private static final Set<String> DICT_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");

    private Containers() {}

    /** Whether this is a method that would change the value, which the sandbox refuses. */
    static boolean changes(Object owner, String name) {
        return (owner instanceof List && LIST_CHANGES.contains(name))
                || (owner instanceof Dict && DICT_CHANGES.contains(name));
    }

    private static long count(Object self, Object wanted) {
        return Values.sequence(self).stream()
                .filter(item -> Compare.equal(item, wanted))
                .count();
    }

    private static Object index(Object self, Bound given) {
        List<Object> items = Values.sequence(self);
        long start = given.integer(1, 0);
        long stop = given.integer(2, items.size());
        long end = Math.min(items.size(), stop < 0 ? stop + items.size() : stop);
        for (long i = Math.max(0, start < 0 ? start + items.size() : start); i < end; i++) {
            if (Compare.equal(items.get((int) i), given.get(0))) {
                return i;
            }
        }
        throw new Failure(Repr.of(given.get(0)) + " is not in list");
    }
}
