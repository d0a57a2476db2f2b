package dev.embedonce.template.internal.operator;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.failure.Limits;
import dev.embedonce.template.internal.text.NumberText;
import dev.embedonce.template.internal.text.Text;
import dev.embedonce.template.internal.value.Dict;
import dev.embedonce.template.internal.value.Range;
import dev.embedonce.template.internal.value.Repr;
import dev.embedonce.template.internal.value.Tuple;
import dev.embedonce.template.internal.value.Undefined;
import dev.embedonce.template.internal.value.Values;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code format % values}, as Python. */
public final class PercentFormat {
    private static final Pattern DIRECTIVE =
            Pattern.compile("%(?:\\(([^)]*)\\))?([-+ #0]*)(\\*|\\d*)(?:\\.(\\*|\\d*))?[hlL]?(.)", Pattern.DOTALL);

    private final Object given;
    private final Iterator<Object> values;

    private PercentFormat(Object given) {
        this.given = given;
        this.values =
                given instanceof Tuple tuple ? tuple.iterator() : List.of(given).iterator();
    }

    /** {@code format % given}. */
    public static String format(String format, Object given) {
        return new PercentFormat(given).format(format);
    }

    private String format(String format) {
        StringBuilder out = new StringBuilder();
        Matcher matcher = DIRECTIVE.matcher(format);
        int start = 0;
        boolean names = false;
        for (int at = format.indexOf('%'); at >= 0; at = format.indexOf('%', start)) {
            if (!matcher.find(at) || matcher.start() != at) {
                throw new Failure("incomplete format");
            }
            out.append(format, start, at).append(directive(matcher));
            Limits.text(out.length());
            names |= matcher.group(1) != null;
            start = matcher.end();
        }
        boolean mapping =
                given instanceof Dict || given instanceof List || given instanceof Range || given instanceof Undefined;
        if (values.hasNext() && !names && !mapping) {
            throw new Failure("not all arguments converted during string formatting");
        }
        return out.append(format, start, format.length()).toString();
    }

    private String directive(Matcher matcher) {
        char type = matcher.group(5).charAt(0);
        String flags = matcher.group(2);
        long width = count(matcher.group(3));
        String precisionText = matcher.group(4);
        long precision = precisionText == null ? -1 : count(precisionText);
        if (type == '%' && matcher.end() - matcher.start() == 2) {
            return "%";
        }
        Object value = matcher.group(1) == null ? next() : named(matcher.group(1));
        Limits.text(Math.max(Math.abs(width), precision));
        String sign = "";
        String text;
        boolean number = "diufFeEgGxXo".indexOf(type) >= 0;
        if (number) {
            text = number(value, type, (int) precision, flags.contains("#"));
            sign = isNegative(value, type) ? "-" : flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
        } else {
            text = text(value, type);
            int length = Text.length(text);
            text = precision >= 0 && type != 'c' ? Text.part(text, 0, (int) Math.min(precision, length)) : text;
        }
        if (number && flags.contains("0") && !flags.contains("-")) {
            text = Text.pad(text, width - sign.length(), 'r', "0");
        }
        boolean left = flags.contains("-") || width < 0;
        return Text.pad(sign + text, Math.abs(width), left ? 'l' : 'r', " ");
    }

    private long count(String written) {
        if (written.equals("*")) {
            return Values.integer(next());
        }
        return written.isEmpty() ? 0 : Long.parseLong(written.length() > 9 ? "999999999" : written);
    }

    private Object next() {
        if (!values.hasNext()) {
            throw new Failure("not enough arguments for format string");
        }
        return values.next();
    }

    private Object named(String name) {
        if (!(given instanceof Dict dict)) {
            throw new Failure("format requires a mapping");
        }
        Object value = dict.get(name);
        if (value == null) {
            throw new Failure("no value named " + Repr.of(name) + " to format");
        }
        return value;
    }

    private static String text(Object value, char type) {
        return switch (type) {
            case 's' -> Values.str(value);
            case 'r' -> Repr.of(value);
            case 'a' -> Repr.ascii(Repr.of(value));
            case 'c' -> character(value);
            default -> throw new Failure("unsupported format character " + Repr.of(String.valueOf(type)));
        };
    }

    /** The directive {@code %c}: a character as it is, or the one of this number. */
    public static String character(Object value) {
        if (Values.isText(value) && Text.length(Values.text(value)) == 1) {
            return Values.text(value);
        }
        long point = Values.isInteger(value) ? Values.integer(value) : -1;
        if (point < 0 || point > Character.MAX_CODE_POINT) {
            throw new Failure("the format c requires an integer or one character");
        }
        return Character.toString((int) point);
    }

    private static boolean isNegative(Object value, char type) {
        boolean real = "diuxXo".indexOf(type) < 0;
        double number = Numbers.toDouble(value);
        return real ? number < 0 || 1 / number < 0 : number <= -1;
    }

    private static String number(Object value, char type, int precision, boolean alternate) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (!Values.isNumber(value)) {
            throw new Failure("%" + type + " format: a real number is required, not " + Values.typeName(value));
        }
        if ("fFeEgG".indexOf(type) >= 0) {
            return NumberText.of(Numbers.toDouble(value), type, precision < 0 ? 6 : precision, alternate);
        }
        boolean decimal = "diu".indexOf(type) >= 0;
        if (!decimal && value instanceof Double) {
            throw new Failure("%" + type + " format: an integer is required, not float");
        }
        long number = value instanceof Double real ? Numbers.whole(real) : Values.integer(value);
        String digits = Text.pad(NumberText.of(number, type), Math.max(0, precision), 'r', "0");
        return (alternate && !decimal ? "0" + type : "") + digits;
    }
}
