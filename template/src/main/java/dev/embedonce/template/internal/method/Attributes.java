package dev.embedonce.template.internal.method;

import dev.embedonce.template.internal.builtin.Builtin;
import dev.embedonce.template.internal.builtin.Registry;
import dev.embedonce.template.internal.text.Text;
import dev.embedonce.template.internal.value.Dict;
import dev.embedonce.template.internal.value.HasAttributes;
import dev.embedonce.template.internal.value.Markup;
import dev.embedonce.template.internal.value.Range;
import dev.embedonce.template.internal.value.Tuple;
import dev.embedonce.template.internal.value.Undefined;
import dev.embedonce.template.internal.value.Values;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code owner.name} and {@code owner[key]}: attributes and methods, then members, or the other way round. */
public final class Attributes {
    private Attributes() {}

    /** {@code owner.name}: what is not there is undefined. */
    public static Object attribute(Object owner, String name) {
        Object own = ownAttribute(owner, name);
        if (own != null) {
            return own;
        }
        Object member = owner instanceof Dict dict ? dict.get(name) : null;
        return member != null ? member : Undefined.member(owner, name);
    }

    /** {@code owner[key]}: what is not there is undefined. */
    public static Object item(Object owner, Object key) {
        if (owner instanceof Undefined undefined) {
            throw undefined.failure();
        }
        Object member = member(owner, key);
        if (member == null && Values.isText(key)) {
            member = ownAttribute(owner, Values.text(key));
        }
        return member != null ? member : Undefined.member(owner, key);
    }

    private static @Nullable Object member(Object owner, Object key) {
        if (owner instanceof Dict dict) {
            boolean hashable = !(key instanceof List) && !(key instanceof Dict);
            return hashable ? dict.get(key) : null;
        }
        if (!Values.isInteger(key)) {
            return null;
        }
        boolean sequence = owner instanceof List || owner instanceof Tuple || owner instanceof Range;
        if (!sequence && !Values.isText(owner)) {
            return null;
        }
        int size = Values.size(owner);
        long index = Values.integer(key);
        long position = index < 0 ? index + size : index;
        if (position < 0 || position >= size) {
            return null;
        }
        int at = (int) position;
        return sequence
                ? Values.sequence(owner).get(at)
                : Markup.like(owner, Text.part(Values.text(owner), at, at + 1));
    }

    /** The attribute or method that values of this type have, or null. */
    public static @Nullable Object ownAttribute(Object owner, String name) {
        if (owner instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (owner instanceof HasAttributes special) {
            Object attribute = special.attribute(name);
            if (attribute != null) {
                return attribute;
            }
        }
        if (name.startsWith("__") && name.endsWith("__")) {
            return Undefined.unsafe(owner, name);
        }
        Registry methods = methods(owner);
        Builtin method = methods == null ? null : methods.find(name);
        if (method != null) {
            return method.of(owner);
        }
        return Containers.changes(owner, name) ? Undefined.unsafe(owner, name) : null;
    }

    private static @Nullable Registry methods(Object owner) {
        if (Values.isText(owner)) {
            return Strings.METHODS;
        }
        if (owner instanceof Dict) {
            return Containers.DICT;
        }
        if (owner instanceof List) {
            return Containers.LIST;
        }
        return owner instanceof Tuple || owner instanceof Range ? Containers.TUPLE : null;
    }
}
