package dev.embedonce.template.internal.filter;

import dev.embedonce.template.internal.builtin.Registry;
import dev.embedonce.template.internal.operator.Compare;
import dev.embedonce.template.internal.operator.Operators;
import dev.embedonce.template.internal.text.Text;
import dev.embedonce.template.internal.value.Callable;
import dev.embedonce.template.internal.value.Dict;
import dev.embedonce.template.internal.value.DictView;
import dev.embedonce.template.internal.value.Markup;
import dev.embedonce.template.internal.value.None;
import dev.embedonce.template.internal.value.Sized;
import dev.embedonce.template.internal.value.Undefined;
import dev.embedonce.template.internal.value.Values;
import java.util.List;
import java.util.function.Predicate;

/** The tests by name: what may follow {@code is}. */
public final class Tests {
    public static final Registry ALL = new Registry();

    static {
        is("defined", value -> !(value instanceof Undefined));
        is("undefined", value -> value instanceof Undefined);
        is("none", value -> value == None.NONE);
        is("boolean", value -> value instanceof Boolean);
        is("true", value -> value == Boolean.TRUE);
        is("false", value -> value == Boolean.FALSE);
        is("integer", value -> value instanceof Long);
        is("float", value -> value instanceof Double);
        is("number", Values::isNumber);
        is("string", Values::isText);
        is("mapping", value -> value instanceof Dict);
        is("sequence", Tests::isSequence);
        is("iterable", Values::isIterable);
        is("callable", value -> value instanceof Callable || value instanceof Undefined);
        is("escaped", value -> value instanceof Markup);
        is("filter", value -> Filters.ALL.has(value));
        is("test", value -> Tests.ALL.has(value));
        is("lower", value -> Text.isCase(Values.str(value), Text::lower));
        is("upper", value -> Text.isCase(Values.str(value), Text::upper));
        is("odd", value -> Compare.equal(Operators.binary("%", value, 2L), 1L));
        is("even", value -> Compare.equal(Operators.binary("%", value, 2L), 0L));
        ALL.add("divisibleby", "num", (value, given) -> Compare.equal(Operators.binary("%", value, given.get(0)), 0L))
                .add("sameas", "other", (value, given) -> same(value, given.get(0)))
                .add("in", "seq", (value, given) -> Compare.contains(given.get(0), value))
                .add("eq", "other", (value, given) -> Compare.equal(value, given.get(0)))
                .alias("eq", "==", "equalto")
                .add("ne", "other", (value, given) -> !Compare.equal(value, given.get(0)))
                .alias("ne", "!=");
        ordered("<", "lt", "lessthan");
        ordered("<=", "le");
        ordered(">", "gt", "greaterthan");
        ordered(">=", "ge");
    }

    private Tests() {}

    private static void is(String name, Predicate<Object> test) {
        ALL.add(name, "", (value, given) -> test.test(value));
    }

    private static void ordered(String operator, String... names) {
        ALL.add(operator, "other", (value, given) -> Compare.ordered(operator, value, given.get(0)))
                .alias(operator, names);
    }

    /** Whether it has a length and members that are reached by a key; the variable {@code loop} has only a length. */
    private static boolean isSequence(Object value) {
        return Values.isText(value)
                || value instanceof List
                || (value instanceof Sized && !(value instanceof DictView) && !(value instanceof Callable));
    }

    /** Whether both are one object. Equal texts and equal small numbers are, as far as a template can tell. */
    private static boolean same(Object value, Object other) {
        boolean simple = value instanceof String || value instanceof Long || value instanceof Boolean;
        return simple ? value.equals(other) : value == other;
    }
}
