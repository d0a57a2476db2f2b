package dev.embedonce.template.internal.program;

import dev.embedonce.template.internal.builtin.Bound;
import dev.embedonce.template.internal.builtin.Signature;
import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.failure.RaisedFailure;
import dev.embedonce.template.internal.text.Strftime;
import dev.embedonce.template.internal.value.Arguments;
import dev.embedonce.template.internal.value.Budget;
import dev.embedonce.template.internal.value.Callable;
import dev.embedonce.template.internal.value.Dict;
import dev.embedonce.template.internal.value.DictView;
import dev.embedonce.template.internal.value.HasAttributes;
import dev.embedonce.template.internal.value.Namespace;
import dev.embedonce.template.internal.value.None;
import dev.embedonce.template.internal.value.Range;
import dev.embedonce.template.internal.value.Values;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The functions that every template can call. */
public final class Globals {
    private static final Scope SCOPE = new Scope(null);
    private static final Signature STRFTIME = Signature.of("strftime_now", "format");

    static {
        function("range", "start stop? step?", Globals::range);
        function("joiner", "sep?", given -> new Joiner(given.get(0, ", ")));
        function("raise_exception", "message", given -> {
            throw new RaisedFailure(Values.str(given.get(0)));
        });
        SCOPE.set("dict", new DictFunction());
        SCOPE.set("namespace", (Callable) (arguments, budget) -> namespace(DictFunction.dict(arguments)));
        SCOPE.set("cycler", (Callable) (arguments, budget) -> new Cycler(arguments.positional()));
    }

    private Globals() {}

    /**
     * A scope for the variables of one rendering, from which all functions are seen.
     *
     * @param clock for {@code strftime_now}
     */
    public static Scope scope(Clock clock) {
        Scope scope = new Scope(SCOPE);
        scope.set(STRFTIME.function(), (Callable)
                (arguments, budget) -> Strftime.format(STRFTIME.bind(arguments).text(0), LocalDateTime.now(clock)));
        return scope;
    }

    private static void function(String name, String parameters, Function<Bound, Object> body) {
        Signature signature = Signature.of(name, parameters);
        SCOPE.set(name, (Callable) (arguments, budget) -> body.apply(signature.bind(arguments)));
    }

    private static Object range(Bound given) {
        long first = given.integer(0, 0);
        return given.has(1) ? new Range(first, given.integer(1, 0), given.integer(2, 1)) : new Range(0, first, 1);
    }

    private static Namespace namespace(Dict attributes) {
        Namespace namespace = new Namespace();
        attributes.items().forEach(item -> namespace.set(Values.text(item.key()), item.value()));
        return namespace;
    }

    /** {@code dict(...)} and {@code dict.fromkeys(...)}. */
    private static final class DictFunction implements Callable, HasAttributes {
        private static final Signature FROM_KEYS = Signature.of("fromkeys", "iterable value?");

        @Override
        public Object call(Arguments arguments, Budget budget) {
            return dict(arguments);
        }

        static Dict dict(Arguments arguments) {
            Dict dict = new Dict();
            for (Object source : arguments.positional()) {
                List<Object> pairs =
                        source instanceof Dict other ? DictView.items(other).items() : Values.list(source);
                for (Object pair : pairs) {
                    List<Object> parts = Values.list(pair);
                    if (parts.size() != 2) {
                        throw new Failure("dict() needs pairs of a key and a value");
                    }
                    dict.put(parts.get(0), parts.get(1));
                }
            }
            if (arguments.positional().size() > 1) {
                throw new Failure("dict expected at most 1 argument");
            }
            arguments.named().forEach(dict::put);
            return dict;
        }

        @Override
        public @Nullable Object attribute(String name) {
            return name.equals("fromkeys")
                    ? (Callable) (arguments, budget) -> fromKeys(FROM_KEYS.bind(arguments))
                    : null;
        }

        private static Dict fromKeys(Bound given) {
            Dict dict = new Dict();
            Values.list(given.get(0)).forEach(key -> dict.put(key, given.get(1, None.NONE)));
            return dict;
        }
    }

    /** {@code cycler(...)}: the values in turn. */
    private static final class Cycler implements HasAttributes {
        private final List<Object> values;
        private int position;

        Cycler(List<Object> values) {
            if (values.isEmpty()) {
                throw new Failure("at least one item has to be provided");
            }
            this.values = values;
        }

        @Override
        public @Nullable Object attribute(String name) {
            return switch (name) {
                case "current" -> values.get(position);
                case "next" -> (Callable) (arguments, budget) -> next();
                case "reset" ->
                    (Callable) (arguments, budget) -> {
                        position = 0;
                        return None.NONE;
                    };
                default -> null;
            };
        }

        private Object next() {
            Object value = values.get(position);
            position = (position + 1) % values.size();
            return value;
        }
    }

    /** {@code joiner(sep)}: nothing at the first call, then the separator. */
    private static final class Joiner implements Callable {
        private final Object separator;
        private boolean used;

        Joiner(Object separator) {
            this.separator = separator;
        }

        @Override
        public Object call(Arguments arguments, Budget budget) {
            Object text = used ? separator : "";
            used = true;
            return text;
        }
    }
}
