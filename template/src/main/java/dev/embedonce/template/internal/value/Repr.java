package dev.embedonce.template.internal.value;

import dev.embedonce.template.internal.failure.Limits;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;

/** Values written as Python's {@code repr} writes them. */
public final class Repr {
    private Repr() {}

    /** A value as {@code repr} writes it. */
    public static String of(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        Limits.text(out.length());
        if (value instanceof String text) {
            quote(text, out);
        } else if (value instanceof Boolean bool) {
            out.append(bool ? "True" : "False");
        } else if (value instanceof Double number) {
            out.append(number(number));
        } else if (value instanceof None) {
            out.append("None");
        } else if (value instanceof Undefined) {
            out.append("Undefined");
        } else if (value instanceof List<?> list) {
            all(list.iterator(), "[", "]", out);
        } else if (value instanceof Tuple tuple) {
            all(tuple.iterator(), "(", tuple.size() == 1 ? ",)" : ")", out);
        } else if (value instanceof Dict dict) {
            dict(dict, out);
        } else {
            rare(value, out);
        }
    }

    private static void rare(Object value, StringBuilder out) {
        if (value instanceof DictView view) {
            all(view.iterator(), view.type() + "([", "])", out);
        } else if (value instanceof Namespace namespace) {
            dict(namespace.toDict(), out.append("<Namespace "));
            out.append('>');
        } else if (value instanceof Markup markup) {
            quote(markup.text(), out.append("Markup("));
            out.append(')');
        } else if (value instanceof Generator) {
            out.append("<generator object>");
        } else if (value instanceof Callable) {
            out.append("<function>");
        } else {
            out.append(value);
        }
    }

    private static void all(Iterator<?> items, String open, String close, StringBuilder out) {
        out.append(open);
        for (String separator = ""; items.hasNext(); separator = ", ") {
            out.append(separator);
            write(items.next(), out);
        }
        out.append(close);
    }

    private static void dict(Dict dict, StringBuilder out) {
        String separator = "{";
        for (Dict.Item item : dict.items()) {
            out.append(separator);
            write(item.key(), out);
            out.append(": ");
            write(item.value(), out);
            separator = ", ";
        }
        out.append(dict.size() == 0 ? "{}" : "}");
    }

    private static void quote(String text, StringBuilder out) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        text.codePoints().forEach(point -> {
            if (point == quote || point == '\\') {
                out.append('\\').appendCodePoint(point);
            } else {
                character(point, out);
            }
        });
        out.append(quote);
    }

    private static void character(int point, StringBuilder out) {
        switch (point) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                if (isPrintable(point)) {
                    out.appendCodePoint(point);
                } else {
                    out.append(
                            String.format(point < 0x100 ? "\\x%02x" : point < 0x10000 ? "\\u%04x" : "\\U%08x", point));
                }
            }
        }
    }

    /** Whether {@code repr} writes it without an escape. */
    public static boolean isPrintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> point == ' ';
            default -> true;
        };
    }

    /** The shortest decimal that reads back as the same number. */
    public static String number(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        String sign = number < 0 || 1 / number < 0 ? "-" : "";
        if (number == 0) {
            return sign + "0.0";
        }
        BigDecimal shortest = shortest(Math.abs(number));
        String digits = shortest.unscaledValue().toString();
        int point = digits.length() - shortest.scale();
        return sign + (point > -4 && point <= 16 ? fixed(digits, point) : exponent(digits, point - 1));
    }

    private static BigDecimal shortest(double number) {
        BigDecimal exact = new BigDecimal(number);
        // fifteen digits of a normal number survive, so that a shorter decimal shows there with zeros at its end
        int precision = number < Double.MIN_NORMAL ? 1 : 15;
        BigDecimal rounded = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
        while (rounded.doubleValue() != number) {
            rounded = exact.round(new MathContext(++precision, RoundingMode.HALF_EVEN));
        }
        return rounded.stripTrailingZeros();
    }

    private static String fixed(String digits, int point) {
        if (point <= 0) {
            return "0." + "0".repeat(-point) + digits;
        }
        return point >= digits.length()
                ? digits + "0".repeat(point - digits.length()) + ".0"
                : digits.substring(0, point) + "." + digits.substring(point);
    }

    private static String exponent(String digits, int exponent) {
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return mantissa + "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    /** A text with escapes for all that is not ASCII, as Python's {@code ascii}. */
    public static String ascii(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints()
                .forEach(point -> out.append(
                        point < 0x80
                                ? Character.toString(point)
                                : String.format(
                                        point < 0x100 ? "\\x%02x" : point < 0x10000 ? "\\u%04x" : "\\U%08x", point)));
        return out.toString();
    }
}
