package dev.embedonce.template.internal.program;

import dev.embedonce.template.internal.builtin.Builtin;
import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.failure.Limits;
import dev.embedonce.template.internal.filter.Filters;
import dev.embedonce.template.internal.filter.Tests;
import dev.embedonce.template.internal.method.Attributes;
import dev.embedonce.template.internal.operator.Compare;
import dev.embedonce.template.internal.operator.Numbers;
import dev.embedonce.template.internal.operator.Operators;
import dev.embedonce.template.internal.operator.Slices;
import dev.embedonce.template.internal.value.Arguments;
import dev.embedonce.template.internal.value.Dict;
import dev.embedonce.template.internal.value.Repr;
import dev.embedonce.template.internal.value.Tuple;
import dev.embedonce.template.internal.value.Undefined;
import dev.embedonce.template.internal.value.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An expression. {@link Render#eval} evaluates it; {@link #in} is what it does beyond the counting there. */
public sealed interface Expr {
    Object in(Render render);

    /** A literal. */
    record Constant(Object value) implements Expr {
        @Override
        public Object in(Render render) {
            return value;
        }
    }

    /** A variable. */
    record Name(String name) implements Expr {
        @Override
        public Object in(Render render) {
            return render.scope().get(name);
        }
    }

    /** {@code [a, b]}. */
    record ListOf(List<Expr> items) implements Expr {
        @Override
        public Object in(Render render) {
            return render.evalAll(items);
        }
    }

    /** {@code (a, b)}. */
    record TupleOf(List<Expr> items) implements Expr {
        @Override
        public Object in(Render render) {
            return Tuple.of(render.evalAll(items));
        }
    }

    /** {@code {key: value}}. */
    record DictOf(List<Expr> keys, List<Expr> values) implements Expr {
        @Override
        public Object in(Render render) {
            Dict dict = new Dict();
            for (int i = 0; i < keys.size(); i++) {
                dict.put(render.eval(keys.get(i)), render.eval(values.get(i)));
            }
            return dict;
        }
    }

    /** {@code owner.name}. */
    record Attribute(Expr owner, String name) implements Expr {
        @Override
        public Object in(Render render) {
            return Attributes.attribute(render.charged(render.eval(owner)), name);
        }
    }

    /** {@code owner[key]}. */
    record Item(Expr owner, Expr key) implements Expr {
        @Override
        public Object in(Render render) {
            return Attributes.item(render.charged(render.eval(owner)), render.eval(key));
        }
    }

    /** {@code owner[start:stop:step]}; what is left out is the literal none. */
    record Slice(Expr owner, Expr start, Expr stop, Expr step) implements Expr {
        @Override
        public Object in(Render render) {
            return Slices.of(
                    render.charged(render.eval(owner)), render.eval(start), render.eval(stop), render.eval(step));
        }
    }

    /** {@code function(arguments)}. */
    record Call(Expr function, CallArguments arguments) implements Expr {
        @Override
        public Object in(Render render) {
            return render.call(render.eval(function), arguments.in(render));
        }
    }

    /** {@code value | name(arguments)}. */
    record Filter(Expr value, Use use) implements Expr {
        @Override
        public Object in(Render render) {
            return use.filter(render.eval(value), render);
        }
    }

    /** {@code value is name(arguments)}. */
    record Test(Expr value, Use use) implements Expr {
        @Override
        public Object in(Render render) {
            Builtin test = Tests.ALL.get(use.name(), "test");
            return Values.truth(test.apply(render.eval(value), use.arguments().in(render), render.budget()));
        }
    }

    /** {@code + - * / // % **}. */
    record Binary(String operator, Expr left, Expr right) implements Expr {
        @Override
        public Object in(Render render) {
            return render.charged(Operators.binary(operator, render.eval(left), render.eval(right)));
        }
    }

    /** {@code -value} or {@code +value}. */
    record Sign(String operator, Expr value) implements Expr {
        @Override
        public Object in(Render render) {
            Object number = render.eval(value);
            return operator.equals("-") ? Numbers.negate(number) : Numbers.plus(number);
        }
    }

    /** {@code a ~ b ~ c}. */
    record Concat(List<Expr> parts) implements Expr {
        @Override
        public Object in(Render render) {
            StringBuilder out = new StringBuilder();
            for (Object part : render.evalAll(parts)) {
                out.append(Values.str(part));
                Limits.text(out.length());
            }
            return render.charged(out.toString());
        }
    }

    /** {@code a < b <= c}: each neighbouring pair must hold; what follows a pair that does not is not evaluated. */
    record Comparison(Expr first, List<String> operators, List<Expr> others) implements Expr {
        @Override
        public Object in(Render render) {
            Object left = render.charged(render.eval(first));
            for (int i = 0; i < operators.size(); i++) {
                Object right = render.charged(render.eval(others.get(i)));
                if (!holds(operators.get(i), left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        }

        private static boolean holds(String operator, Object left, Object right) {
            return switch (operator) {
                case "==" -> Compare.equal(left, right);
                case "!=" -> !Compare.equal(left, right);
                case "in" -> Compare.contains(right, left);
                case "not in" -> !Compare.contains(right, left);
                default -> Compare.ordered(operator, left, right);
            };
        }
    }

    /** {@code not value}. */
    record Not(Expr value) implements Expr {
        @Override
        public Object in(Render render) {
            return !Values.truth(render.eval(value));
        }
    }

    /** {@code left and right}: the first one that decides. */
    record And(Expr left, Expr right) implements Expr {
        @Override
        public Object in(Render render) {
            Object value = render.eval(left);
            return Values.truth(value) ? render.eval(right) : value;
        }
    }

    /** {@code left or right}: the first one that decides. */
    record Or(Expr left, Expr right) implements Expr {
        @Override
        public Object in(Render render) {
            Object value = render.eval(left);
            return Values.truth(value) ? value : render.eval(right);
        }
    }

    /** {@code value if condition else otherwise}. */
    record Conditional(Expr condition, Expr value, @Nullable Expr otherwise, int line) implements Expr {
        @Override
        public Object in(Render render) {
            if (Values.truth(render.eval(condition))) {
                return render.eval(value);
            }
            return otherwise == null
                    ? new Undefined("the inline if-expression on line " + line
                            + " evaluated to false and no else section was defined.")
                    : render.eval(otherwise);
        }
    }

    /** A filter or test by name, with its arguments. */
    record Use(String name, CallArguments arguments) {
        Object filter(Object value, Render render) {
            Builtin filter = Filters.ALL.get(name, "filter");
            Arguments given = arguments.in(render);
            render.budget().charge(value);
            Object result = filter.apply(value, given, render.budget());
            render.budget().charge(result);
            return result;
        }
    }

    /** What stands in the parentheses of a call: values, {@code name=value}, {@code *values}, {@code **names}. */
    record CallArguments(
            List<Expr> positional,
            Map<String, Expr> named,
            @Nullable Expr spread,
            @Nullable Expr spreadNamed) {
        public static final CallArguments NONE = new CallArguments(List.of(), Map.of(), null, null);

        Arguments in(Render render) {
            if (positional.isEmpty() && named.isEmpty() && spread == null && spreadNamed == null) {
                return Arguments.NONE;
            }
            List<Object> values = new ArrayList<>(render.evalAll(positional));
            if (spread != null) {
                values.addAll(Values.list(render.eval(spread)));
            }
            Map<String, Object> names = new LinkedHashMap<>();
            named.forEach((name, value) -> names.put(name, render.eval(value)));
            if (spreadNamed != null) {
                addNamed(render.eval(spreadNamed), names);
            }
            return new Arguments(values, names);
        }

        private static void addNamed(Object value, Map<String, Object> names) {
            if (!(value instanceof Dict dict)) {
                throw new Failure("argument after ** must be a mapping, not " + Values.typeName(value));
            }
            for (Dict.Item item : dict.items()) {
                if (names.put(Values.text(item.key()), item.value()) != null) {
                    throw new Failure("multiple values for keyword argument " + Repr.of(item.key()));
                }
            }
        }
    }
}
