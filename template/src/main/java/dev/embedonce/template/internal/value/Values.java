package dev.embedonce.template.internal.value;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.failure.Limits;
import dev.embedonce.template.internal.text.Text;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * The values of a template and what can be asked of any of them, as Python answers. A value is one of: {@link None},
 * Boolean, Long, Double, String, {@link Markup}, List, {@link Tuple}, {@link Dict}, {@link DictView}, {@link Range},
 * {@link Generator}, {@link Namespace}, {@link Undefined} or {@link Callable}. None of them changes, except namespaces,
 * generators and the variable {@code loop}, which can be called.
 */
public final class Values {
    private Values() {}

    /** Whether it is a string, marked or not. */
    public static boolean isText(Object value) {
        return value instanceof String || value instanceof Markup;
    }

    /** Whether it is an integer; as in Python, true and false are. */
    public static boolean isInteger(Object value) {
        return value instanceof Long || value instanceof Boolean;
    }

    /** Whether it is an integer or a float. */
    public static boolean isNumber(Object value) {
        return isInteger(value) || value instanceof Double;
    }

    /** The name of the type in Python. */
    public static String typeName(Object value) {
        if (value instanceof None) {
            return "NoneType";
        }
        if (value instanceof Boolean) {
            return "bool";
        }
        if (value instanceof Long) {
            return "int";
        }
        if (value instanceof Double) {
            return "float";
        }
        if (value instanceof DictView view) {
            return view.type();
        }
        if (value instanceof Callable) {
            return "function";
        }
        return isText(value) ? "str" : containerName(value);
    }

    private static String containerName(Object value) {
        return value instanceof List ? "list" : value.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    /** Whether {@code if} counts it as true. */
    public static boolean truth(Object value) {
        if (value instanceof Boolean bool) {
            return bool;
        }
        if (value instanceof Long number) {
            return number != 0;
        }
        if (value instanceof Double number) {
            return number != 0;
        }
        if (isText(value)) {
            return !text(value).isEmpty();
        }
        if (value instanceof Sized sized) {
            return sized.size() > 0;
        }
        return value instanceof List<?> list ? !list.isEmpty() : value != None.NONE;
    }

    /** The characters of a string value. */
    public static String text(Object value) {
        if (value instanceof Markup markup) {
            return markup.text();
        }
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        throw new Failure("a string is needed, not " + Repr.of(typeName(value)));
    }

    /** The value as {@code {{ value }}} prints it. */
    public static String str(Object value) {
        if (value instanceof Undefined) {
            return "";
        }
        return isText(value) ? text(value) : Repr.of(value);
    }

    /** The integer that a value is. */
    public static long integer(Object value) {
        if (value instanceof Long number) {
            return number;
        }
        if (value instanceof Boolean bool) {
            return bool ? 1 : 0;
        }
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        throw new Failure("an integer is needed, not " + Repr.of(typeName(value)));
    }

    /** {@code len(value)}. */
    public static int size(Object value) {
        if (isText(value)) {
            return Text.length(text(value));
        }
        if (value instanceof Sized sized) {
            return sized.size();
        }
        if (value instanceof List<?> list) {
            return list.size();
        }
        throw new Failure("object of type " + Repr.of(typeName(value)) + " has no len()");
    }

    /** Whether {@link #iterate} accepts it. */
    public static boolean isIterable(Object value) {
        return value instanceof Iterable || isText(value);
    }

    /** Iterates over its items, characters or keys. */
    public static Iterator<Object> iterate(Object value) {
        if (isText(value)) {
            return Text.characters(text(value)).iterator();
        }
        if (value instanceof Iterable<?> iterable) {
            @SuppressWarnings("unchecked") // every iterable value yields values
            Iterator<Object> rest = (Iterator<Object>) iterable.iterator();
            return rest;
        }
        throw new Failure(Repr.of(typeName(value)) + " object is not iterable");
    }

    /** {@code list(value)}: a new list. */
    public static List<Object> list(Object value) {
        List<Object> items = new ArrayList<>();
        iterate(value).forEachRemaining(item -> {
            items.add(item);
            Limits.items(items.size());
        });
        return items;
    }

    /** The members of a list, tuple or range, which can be reached by number; an error for any other value. */
    public static List<Object> sequence(Object value) {
        if (value instanceof List<?> list) {
            @SuppressWarnings("unchecked") // every list value holds values
            List<Object> items = (List<Object>) list;
            return items;
        }
        if (value instanceof Tuple tuple) {
            return tuple.items();
        }
        if (value instanceof Range range) {
            return range.list();
        }
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        throw new Failure(Repr.of(typeName(value)) + " object is not subscriptable");
    }
}
