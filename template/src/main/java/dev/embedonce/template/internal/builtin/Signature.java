package dev.embedonce.template.internal.builtin;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.value.Arguments;
import dev.embedonce.template.internal.value.Repr;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a built-in function: {@code "old new count?"} has two that must be given and one that may be;
 * {@code "/ key"} can be given by position only.
 */
public record Signature(String function, List<String> names, int required, boolean keywords) {
    /** Reads the parameters of a function. */
    public static Signature of(String function, String parameters) {
        List<String> names = new ArrayList<>();
        int required = 0;
        boolean keywords = !parameters.startsWith("/ ");
        String written = keywords ? parameters : parameters.substring(2);
        for (String parameter : written.isEmpty() ? new String[0] : written.split(" ", -1)) {
            boolean optional = parameter.endsWith("?");
            names.add(optional ? parameter.substring(0, parameter.length() - 1) : parameter);
            required += optional ? 0 : 1;
        }
        return new Signature(function, names, required, keywords);
    }

    /**
     * Matches the arguments of a call to the parameters.
     *
     * @throws Failure if one is missing, unknown, given twice, or there are too many
     */
    public Bound bind(Arguments arguments) {
        List<Object> positional = arguments.positional();
        if (positional.size() > names.size()) {
            throw new Failure(
                    function + "() takes at most " + names.size() + " arguments, " + positional.size() + " given");
        }
        @Nullable Object[] values = new @Nullable Object[names.size()];
        for (int i = 0; i < positional.size(); i++) {
            values[i] = positional.get(i);
        }
        for (Map.Entry<String, Object> named : arguments.named().entrySet()) {
            int index = keywords ? names.indexOf(named.getKey()) : -1;
            if (index < 0 || values[index] != null) {
                throw new Failure(function + "() got "
                        + (index < 0 ? "an unexpected keyword argument " : "multiple values for argument ")
                        + Repr.of(named.getKey()));
            }
            values[index] = named.getValue();
        }
        for (int i = 0; i < required; i++) {
            if (values[i] == null) {
                throw new Failure(function + "() missing required argument " + Repr.of(names.get(i)));
            }
        }
        return new Bound(values);
    }
}
