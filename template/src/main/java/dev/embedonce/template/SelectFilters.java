package dev.embedonce.template;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/** Filters that apply another filter or a test to each member. Their results are made as late as they are asked for. */
final class SelectFilters {
    private SelectFilters() {}

    static void addTo(Registry filters) {
        filters.add("map", SelectFilters::map)
                .add("select", (value, given, render) -> select(value, AttributePath.SELF, given, true, render))
                .add("reject", (value, given, render) -> select(value, AttributePath.SELF, given, false, render))
                .add("selectattr", (value, given, render) -> selectAttribute(value, given, true, render))
                .add("rejectattr", (value, given, render) -> selectAttribute(value, given, false, render));
    }

    private static Object map(Object value, Arguments given, Render render) {
        if (!Values.truth(value)) {
            return nothing();
        }
        if (given.positional().isEmpty() && given.named().containsKey("attribute")) {
            AttributePath path = path(given.named());
            return new Generator(Iterators.map(Values.iterate(value), item -> {
                render.steps(1);
                return path.in(item);
            }));
        }
        if (given.positional().isEmpty()) {
            throw new TemplateException("map requires a filter argument");
        }
        String name = Values.text(given.positional().get(0));
        return new Generator(Iterators.map(Values.iterate(value), item -> {
            render.steps(1);
            render.charge(item);
            return Filters.ALL.get(name, "filter").apply(item, given.from(1), render);
        }));
    }

    private static AttributePath path(Map<String, Object> given) {
        Map<String, Object> rest = new HashMap<>(given);
        Object attribute = Objects.requireNonNull(rest.remove("attribute"));
        Object whenMissing = rest.remove("default");
        if (!rest.isEmpty()) {
            throw new TemplateException("Unexpected keyword argument "
                    + Repr.of(rest.keySet().iterator().next()));
        }
        return AttributePath.of(attribute, whenMissing == None.NONE ? null : whenMissing);
    }

    private static Object selectAttribute(Object value, Arguments given, boolean wanted, Render render) {
        if (!Values.truth(value)) {
            return nothing();
        }
        if (given.positional().isEmpty()) {
            throw new TemplateException("Missing parameter for attribute name");
        }
        return select(value, AttributePath.of(given.positional().get(0)), given.from(1), wanted, render);
    }

    private static Object select(Object value, AttributePath path, Arguments given, boolean wanted, Render render) {
        if (!Values.truth(value)) {
            return nothing();
        }
        Predicate<Object> test = test(given, render);
        return new Generator(Iterators.filter(Values.iterate(value), item -> {
            render.steps(1);
            return test.test(path.in(item)) == wanted;
        }));
    }

    private static Predicate<Object> test(Arguments given, Render render) {
        if (given.positional().isEmpty()) {
            return Values::truth;
        }
        Object name = given.positional().get(0);
        Builtin test = Tests.ALL.get(Values.text(name), "test");
        return item -> Values.truth(test.apply(item, given.from(1), render));
    }

    private static Generator nothing() {
        return new Generator(Collections.emptyIterator());
    }
}
