package dev.embedonce.template.internal.value;

import dev.embedonce.template.internal.failure.Failure;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The only value a template can change: {@code namespace(...)}, whose attributes {@code set ns.name} assigns. */
public final class Namespace implements HasAttributes {
    private final Map<String, Object> attributes = new LinkedHashMap<>();

    @Override
    public @Nullable Object attribute(String name) {
        return attributes.get(name);
    }

    /** Sets an attribute. */
    public void set(String name, Object value) {
        if (name.startsWith("_")) {
            throw new Failure("a namespace cannot have the underscore-prefixed attribute " + Repr.of(name));
        }
        attributes.put(name, value);
    }

    Dict toDict() {
        Dict dict = new Dict();
        attributes.forEach(dict::put);
        return dict;
    }
}
