package dev.embedonce.template.internal.filter;

import dev.embedonce.template.internal.builtin.Bound;
import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.failure.Limits;
import dev.embedonce.template.internal.operator.Compare;
import dev.embedonce.template.internal.value.Dict;
import dev.embedonce.template.internal.value.None;
import dev.embedonce.template.internal.value.Repr;
import dev.embedonce.template.internal.value.Tuple;
import dev.embedonce.template.internal.value.Undefined;
import dev.embedonce.template.internal.value.Values;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a value as Python's {@code json.dumps} does. */
final class Json {
    private final boolean ascii;
    private final @Nullable String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sorted;
    private final StringBuilder out = new StringBuilder();

    private Json(boolean ascii, @Nullable String indent, String itemSeparator, String keySeparator, boolean sorted) {
        this.ascii = ascii;
        this.indent = indent;
        this.itemSeparator = itemSeparator;
        this.keySeparator = keySeparator;
        this.sorted = sorted;
    }

    /** The filter {@code tojson(ensure_ascii, indent, separators, sort_keys)}. */
    static Object filter(Object value, Bound given) {
        String indent = given.isSet(1) ? indent(given.get(1)) : null;
        String itemSeparator = indent == null ? ", " : ",";
        String keySeparator = ": ";
        if (given.isSet(2)) {
            List<Object> separators = Values.list(given.get(2));
            if (separators.size() != 2) {
                throw new Failure("tojson: two separators are needed");
            }
            itemSeparator = Values.text(separators.get(0));
            keySeparator = Values.text(separators.get(1));
        }
        Json json = new Json(given.truth(0), indent, itemSeparator, keySeparator, given.truth(3));
        json.write(value, 0);
        return json.out.toString();
    }

    private static String indent(Object width) {
        if (Values.isText(width)) {
            return Values.text(width);
        }
        Limits.text(Values.integer(width));
        return " ".repeat((int) Math.max(0, Values.integer(width)));
    }

    private void write(Object value, int level) {
        Limits.text(out.length());
        if (Values.isText(value)) {
            string(Values.text(value));
        } else if (value == None.NONE || value instanceof Boolean || Values.isNumber(value)) {
            out.append(scalar(value));
        } else if (value instanceof Dict dict) {
            dict(dict, level);
        } else if (value instanceof List || value instanceof Tuple) {
            list(Values.iterate(value), level);
        } else {
            throw new Failure("Object of type " + (value instanceof Undefined ? "Undefined" : Values.typeName(value))
                    + " is not JSON serializable");
        }
    }

    private static String scalar(Object value) {
        if (value == None.NONE) {
            return "null";
        }
        if (value instanceof Double number && !Double.isFinite(number)) {
            return number.isNaN() ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
        }
        return value instanceof Boolean ? value.toString() : Repr.of(value);
    }

    private void list(Iterator<Object> items, int level) {
        boolean empty = !items.hasNext();
        out.append('[');
        for (String separator = ""; items.hasNext(); separator = itemSeparator) {
            out.append(separator);
            newLine(level + 1);
            write(items.next(), level + 1);
        }
        close(']', empty, level);
    }

    private void dict(Dict dict, int level) {
        List<Dict.Item> items = new ArrayList<>(dict.items());
        if (sorted) {
            items.sort(Comparator.comparing(Dict.Item::key, Compare::order));
        }
        out.append('{');
        String separator = "";
        for (Dict.Item item : items) {
            out.append(separator);
            newLine(level + 1);
            string(key(item.key()));
            out.append(keySeparator);
            write(item.value(), level + 1);
            separator = itemSeparator;
        }
        close('}', items.isEmpty(), level);
    }

    private static String key(Object key) {
        if (Values.isText(key)) {
            return Values.text(key);
        }
        if (key == None.NONE || Values.isNumber(key)) {
            return scalar(key);
        }
        throw new Failure("keys must be str, int, float, bool or None, not " + Values.typeName(key));
    }

    private void newLine(int level) {
        if (indent != null) {
            Limits.text((long) indent.length() * level);
            out.append('\n').append(indent.repeat(level));
        }
    }

    private void close(char bracket, boolean empty, int level) {
        if (!empty) {
            newLine(level);
        }
        out.append(bracket);
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            character(text.charAt(i));
        }
        out.append('"');
    }

    private void character(char character) {
        switch (character) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '\f' -> out.append("\\f");
            case '\b' -> out.append("\\b");
            default -> {
                if (character < ' ' || (ascii && character > '~')) {
                    out.append(String.format("\\u%04x", (int) character));
                } else {
                    out.append(character);
                }
            }
        }
    }
}
