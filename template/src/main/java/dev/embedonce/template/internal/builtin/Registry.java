package dev.embedonce.template.internal.builtin;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.value.Repr;
import dev.embedonce.template.internal.value.Values;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Built-ins by name. */
public final class Registry {
    private final Map<String, Builtin> builtins = new HashMap<>();

    /** A built-in whose parameters are written as {@link Signature} reads them. */
    public Registry add(String name, String parameters, Builtin.Body body) {
        Signature signature = Signature.of(name, parameters);
        return add(name, (subject, arguments, budget) -> body.apply(subject, signature.bind(arguments)));
    }

    /** A built-in that reads its arguments itself. */
    public Registry add(String name, Builtin builtin) {
        builtins.put(name, builtin);
        return this;
    }

    /** Adds more names of a built-in. */
    public Registry alias(String name, String... others) {
        for (String other : others) {
            builtins.put(other, get(name, "built-in"));
        }
        return this;
    }

    /** Whether there is a built-in of this name. */
    public boolean has(Object name) {
        return Values.isText(name) && builtins.containsKey(Values.text(name));
    }

    @Nullable
    public Builtin find(String name) {
        return builtins.get(name);
    }

    public Builtin get(String name, String kind) {
        Builtin builtin = builtins.get(name);
        if (builtin == null) {
            throw new Failure("No " + kind + " named " + Repr.of(name) + ".");
        }
        return builtin;
    }
}
