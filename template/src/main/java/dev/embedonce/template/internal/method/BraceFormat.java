package dev.embedonce.template.internal.method;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.failure.Limits;
import dev.embedonce.template.internal.value.Arguments;
import dev.embedonce.template.internal.value.Dict;
import dev.embedonce.template.internal.value.Repr;
import dev.embedonce.template.internal.value.Values;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code format.format(values)}, as Python. */
public final class BraceFormat {
    private static final int MAX_NESTING = 2;

    private final Arguments given;
    private int automatic;
    private boolean numbered;

    private BraceFormat(Arguments given) {
        this.given = given;
    }

    static String format(String format, Arguments given) {
        return new BraceFormat(given).format(format, MAX_NESTING);
    }

    /** Named arguments as a dictionary. */
    public static Dict dict(Map<String, Object> named) {
        Dict dict = new Dict();
        named.forEach(dict::put);
        return dict;
    }

    /** A dictionary as named arguments. */
    static Arguments named(Object mapping) {
        Map<String, Object> names = new LinkedHashMap<>();
        if (!(mapping instanceof Dict dict)) {
            throw new Failure("format_map needs a mapping, not " + Values.typeName(mapping));
        }
        dict.items().stream()
                .filter(item -> Values.isText(item.key()))
                .forEach(item -> names.put(Values.text(item.key()), item.value()));
        return new Arguments(List.of(), names);
    }

    private String format(String format, int nesting) {
        if (nesting == 0) {
            throw new Failure("Max string recursion exceeded");
        }
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < format.length()) {
            char character = format.charAt(i);
            boolean doubled = i + 1 < format.length() && format.charAt(i + 1) == character;
            if (character == '{' && !doubled) {
                int end = fieldEnd(format, i);
                out.append(field(format.substring(i + 1, end), nesting));
                i = end + 1;
            } else if (character == '}' && !doubled) {
                throw new Failure("Single '}' encountered in format string");
            } else {
                out.append(character);
                i += character == '{' || character == '}' ? 2 : 1;
            }
            Limits.text(out.length());
        }
        return out.toString();
    }

    private static int fieldEnd(String format, int start) {
        int open = 0;
        for (int i = start; i < format.length(); i++) {
            open += format.charAt(i) == '{' ? 1 : format.charAt(i) == '}' ? -1 : 0;
            if (open == 0) {
                return i;
            }
        }
        throw new Failure(
                start + 1 == format.length()
                        ? "Single '{' encountered in format string"
                        : "expected '}' before end of string");
    }

    private String field(String field, int nesting) {
        int colon = specStart(field);
        String spec = colon < 0 ? "" : field.substring(colon + 1);
        String head = colon < 0 ? field : field.substring(0, colon);
        int mark = head.lastIndexOf('!');
        boolean converts = mark >= 0 && mark == head.length() - 2;
        Object value = value(converts ? head.substring(0, mark) : head);
        if (converts) {
            value = switch (head.charAt(mark + 1)) {
                case 's' -> Values.str(value);
                case 'r' -> Repr.of(value);
                case 'a' -> Repr.ascii(Repr.of(value));
                default -> throw new Failure("Unknown conversion specifier " + head.substring(mark + 1));
            };
        }
        return FormatSpec.parse(spec.indexOf('{') < 0 ? spec : format(spec, nesting - 1))
                .format(value);
    }

    private static int specStart(String field) {
        int bracket = 0;
        for (int i = 0; i < field.length(); i++) {
            char character = field.charAt(i);
            bracket += character == '[' ? 1 : character == ']' ? -1 : 0;
            if (character == ':' && bracket == 0) {
                return i;
            }
        }
        return -1;
    }

    private Object value(String path) {
        int end = 0;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        Object value = argument(path.substring(0, end));
        while (end < path.length()) {
            int start = end + 1;
            if (path.charAt(end) == '[') {
                end = path.indexOf(']', start);
                if (end < 0) {
                    throw new Failure("Missing ']' in format string");
                }
                value = Attributes.item(value, key(path.substring(start, end)));
                end++;
            } else {
                end = start;
                while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
                    end++;
                }
                value = Attributes.attribute(value, path.substring(start, end));
            }
        }
        return value;
    }

    private static Object key(String written) {
        return isNumber(written) ? (Object) Long.parseLong(written) : written;
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() < 10 && text.chars().allMatch(digit -> digit >= '0' && digit <= '9');
    }

    private Object argument(String name) {
        if (!name.isEmpty() && !isNumber(name)) {
            Object value = given.named().get(name);
            if (value == null) {
                throw new Failure("no value named " + Repr.of(name) + " to format");
            }
            return value;
        }
        if (name.isEmpty() ? numbered : automatic > 0) {
            throw new Failure("cannot switch between automatic field numbering and manual field specification");
        }
        numbered |= !name.isEmpty();
        int index = name.isEmpty() ? automatic++ : Integer.parseInt(name);
        if (index >= given.positional().size()) {
            throw new Failure("Replacement index " + index + " out of range for positional args tuple");
        }
        return given.positional().get(index);
    }
}
