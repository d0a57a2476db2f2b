package dev.embedonce.template.internal.program;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.value.Arguments;
import dev.embedonce.template.internal.value.Budget;
import dev.embedonce.template.internal.value.Callable;
import dev.embedonce.template.internal.value.Dict;
import dev.embedonce.template.internal.value.HasAttributes;
import dev.embedonce.template.internal.value.Repr;
import dev.embedonce.template.internal.value.Tuple;
import dev.embedonce.template.internal.value.Undefined;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A macro, or the body of a {@code call} block, together with the variables it sees and the rendering it belongs to.
 */
record Macro(MacroCode code, Scope outer, Render render) implements Callable, HasAttributes {
    @Override
    public Object call(Arguments arguments, Budget budget) {
        Scope inner = new Scope(outer);
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        bind(arguments.positional(), named, inner);
        return render.capture(inner, code.body()).text();
    }

    private void bind(List<Object> positional, Map<String, Object> named, Scope inner) {
        int count = code.parameters().size();
        for (int i = 0; i < count; i++) {
            String name = code.parameters().get(i);
            Object given = i < positional.size() ? positional.get(i) : named.remove(name);
            inner.set(name, given != null ? given : whenMissing(i, inner));
        }
        if (code.special().contains("caller") && !code.parameters().contains("caller")) {
            Object caller = named.remove("caller");
            inner.set("caller", caller == null ? new Undefined("No caller defined") : caller);
        }
        bindRest(positional.subList(Math.min(count, positional.size()), positional.size()), named, inner);
    }

    private Object whenMissing(int index, Scope inner) {
        return code.defaults()
                .get(index)
                .map(value -> render.evalIn(inner, value))
                .orElseGet(() ->
                        new Undefined("parameter " + Repr.of(code.parameters().get(index)) + " was not provided"));
    }

    private void bindRest(List<Object> positional, Map<String, Object> named, Scope inner) {
        if (code.special().contains("kwargs")) {
            Dict kwargs = new Dict();
            named.forEach(kwargs::put);
            inner.set("kwargs", kwargs);
        } else if (!named.isEmpty()) {
            throw new Failure("macro " + Repr.of(code.name()) + " takes no keyword argument "
                    + Repr.of(named.keySet().iterator().next()));
        }
        if (code.special().contains("varargs")) {
            inner.set("varargs", Tuple.of(positional));
        } else if (!positional.isEmpty()) {
            throw new Failure("macro " + Repr.of(code.name()) + " takes not more than "
                    + code.parameters().size() + " argument(s)");
        }
    }

    @Override
    public @Nullable Object attribute(String name) {
        return switch (name) {
            case "name" -> code.name();
            case "arguments" -> Tuple.of(List.<Object>copyOf(code.parameters()));
            case "caller" -> code.special().contains("caller");
            case "catch_kwargs" -> code.special().contains("kwargs");
            case "catch_varargs" -> code.special().contains("varargs");
            default -> null;
        };
    }
}
