package dev.embedonce.template.internal.filter;

import dev.embedonce.template.internal.method.Attributes;
import dev.embedonce.template.internal.value.None;
import dev.embedonce.template.internal.value.Undefined;
import dev.embedonce.template.internal.value.Values;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The path to a part of an item, as filters take it: {@code "address.city"}, {@code "0.name"} or a number.
 *
 * @param whenMissing the value of a missing part; null leaves it undefined
 */
record AttributePath(List<Object> parts, @Nullable Object whenMissing) {
    static final AttributePath SELF = new AttributePath(List.of(), null);

    static AttributePath of(Object attribute) {
        return of(attribute, null);
    }

    static AttributePath of(Object attribute, @Nullable Object whenMissing) {
        if (attribute == None.NONE) {
            return SELF;
        }
        List<Object> parts = new ArrayList<>();
        if (Values.isText(attribute)) {
            for (String part : Values.text(attribute).split("\\.", -1)) {
                boolean number =
                        !part.isEmpty() && part.length() < 10 && part.chars().allMatch(Character::isDigit);
                parts.add(number ? (Object) Long.parseLong(part) : part);
            }
        } else {
            parts.add(attribute);
        }
        return new AttributePath(parts, whenMissing);
    }

    Object in(Object item) {
        Object result = item;
        for (Object part : parts) {
            result = Attributes.item(result, part);
            if (result instanceof Undefined && whenMissing != null) {
                result = whenMissing;
            }
        }
        return result;
    }
}
