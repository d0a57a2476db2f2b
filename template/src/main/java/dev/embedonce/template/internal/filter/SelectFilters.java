package dev.embedonce.template.internal.filter;

import dev.embedonce.template.internal.builtin.Builtin;
import dev.embedonce.template.internal.builtin.Registry;
import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.value.Arguments;
import dev.embedonce.template.internal.value.Budget;
import dev.embedonce.template.internal.value.Generator;
import dev.embedonce.template.internal.value.Iterators;
import dev.embedonce.template.internal.value.None;
import dev.embedonce.template.internal.value.Repr;
import dev.embedonce.template.internal.value.Values;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/** Filters that apply another filter or a test to each member. Results are computed when they are requested. */
final class SelectFilters {
    private SelectFilters() {}

    static void addTo(Registry filters) {
        lazy(filters, "map", SelectFilters::map);
        lazy(filters, "select", (value, given, budget) -> select(value, AttributePath.SELF, given, true, budget));
        lazy(filters, "reject", (value, given, budget) -> select(value, AttributePath.SELF, given, false, budget));
        lazy(filters, "selectattr", (value, given, budget) -> selectAttribute(value, given, true, budget));
        lazy(filters, "rejectattr", (value, given, budget) -> selectAttribute(value, given, false, budget));
    }

    @FunctionalInterface
    private interface Body {
        Iterator<Object> apply(Object value, Arguments given, Budget budget);
    }

    /** Computes nothing, and so cannot fail, until the first item is requested; a false value has no items. */
    private static void lazy(Registry filters, String name, Body body) {
        filters.add(
                name,
                (value, given, budget) -> Generator.lazy(
                        () -> Values.truth(value) ? body.apply(value, given, budget) : Collections.emptyIterator()));
    }

    private static Iterator<Object> map(Object value, Arguments given, Budget budget) {
        if (given.positional().isEmpty() && given.named().containsKey("attribute")) {
            AttributePath path = path(given.named());
            return Iterators.map(Values.iterate(value), item -> {
                budget.steps(1);
                return path.in(item);
            });
        }
        if (given.positional().isEmpty()) {
            throw new Failure("map requires a filter argument");
        }
        String name = Values.text(given.positional().get(0));
        return Iterators.map(Values.iterate(value), item -> {
            budget.steps(1);
            budget.charge(item);
            return Filters.ALL.get(name, "filter").apply(item, given.from(1), budget);
        });
    }

    private static AttributePath path(Map<String, Object> given) {
        Map<String, Object> rest = new HashMap<>(given);
        Object attribute = Objects.requireNonNull(rest.remove("attribute"));
        Object whenMissing = rest.remove("default");
        if (!rest.isEmpty()) {
            throw new Failure("Unexpected keyword argument "
                    + Repr.of(rest.keySet().iterator().next()));
        }
        return AttributePath.of(attribute, whenMissing == None.NONE ? null : whenMissing);
    }

    private static Iterator<Object> selectAttribute(Object value, Arguments given, boolean wanted, Budget budget) {
        if (given.positional().isEmpty()) {
            throw new Failure("Missing parameter for attribute name");
        }
        return select(value, AttributePath.of(given.positional().get(0)), given.from(1), wanted, budget);
    }

    private static Iterator<Object> select(
            Object value, AttributePath path, Arguments given, boolean wanted, Budget budget) {
        Predicate<Object> test = test(given, budget);
        return Iterators.filter(Values.iterate(value), item -> {
            budget.steps(1);
            return test.test(path.in(item)) == wanted;
        });
    }

    private static Predicate<Object> test(Arguments given, Budget budget) {
        if (given.positional().isEmpty()) {
            return Values::truth;
        }
        Object name = given.positional().get(0);
        Builtin test = Tests.ALL.get(Values.text(name), "test");
        return item -> Values.truth(test.apply(item, given.from(1), budget));
    }
}
