package dev.embedonce.template.internal.method;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.failure.Limits;
import dev.embedonce.template.internal.operator.Numbers;
import dev.embedonce.template.internal.operator.PercentFormat;
import dev.embedonce.template.internal.text.NumberText;
import dev.embedonce.template.internal.text.Text;
import dev.embedonce.template.internal.value.Repr;
import dev.embedonce.template.internal.value.Values;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What follows the colon in {@code "{:>8.2f}"}. Zero stands for a sign, type or alignment that is not given. */
record FormatSpec(
        String fill, char align, char sign, boolean alternate, int width, char grouping, int precision, char type) {
    private static final Pattern SPEC =
            Pattern.compile("(?:(.)?([<>=^]))?([-+ ])?z?(#)?(0)?(\\d*)([,_])?(?:\\.(\\d+))?(.)?", Pattern.DOTALL);

    static FormatSpec parse(String spec) {
        Matcher matcher = SPEC.matcher(spec);
        if (!matcher.matches()) {
            throw new Failure("Invalid format specifier " + Repr.of(spec));
        }
        boolean zero = matcher.group(5) != null;
        return new FormatSpec(
                matcher.group(1) != null ? matcher.group(1) : zero ? "0" : " ",
                first(matcher.group(2)),
                first(matcher.group(3)),
                matcher.group(4) != null,
                number(matcher.group(6), 0),
                first(matcher.group(7)),
                number(matcher.group(8), -1),
                first(matcher.group(9)));
    }

    private static char first(@Nullable String text) {
        return text == null ? 0 : text.charAt(0);
    }

    private static int number(@Nullable String digits, int otherwise) {
        if (digits == null || digits.isEmpty()) {
            return otherwise;
        }
        int number = Integer.parseInt(digits.length() > 9 ? "999999999" : digits);
        Limits.text(number);
        return number;
    }

    private boolean isEmpty() {
        return equals(parse(""));
    }

    String format(Object value) {
        if (Values.isText(value)) {
            return text(Values.text(value));
        }
        if (isEmpty()) {
            return Values.str(value);
        }
        if (!Values.isNumber(value)) {
            throw new Failure("unsupported format string passed to " + Values.typeName(value) + ".__format__");
        }
        boolean real = value instanceof Double || (type != 0 && "eEfFgG%".indexOf(type) >= 0);
        return real ? real(Numbers.toDouble(value)) : integer(Values.integer(value));
    }

    private String text(String text) {
        if ((type != 0 && type != 's') || sign != 0 || align == '=' || alternate || grouping != 0) {
            throw unknown("str");
        }
        int length = Text.length(text);
        String shown = precision < 0 ? text : Text.part(text, 0, Math.min(precision, length));
        return padded("", shown, '<');
    }

    private String integer(long value) {
        if (type == 'c') {
            return padded("", PercentFormat.character(value), '<');
        }
        if ((type != 0 && "bdoxXn".indexOf(type) < 0) || precision >= 0) {
            throw unknown("int");
        }
        String digits = NumberText.of(value, type);
        boolean decimal = type == 0 || type == 'd' || type == 'n';
        return number(value < 0, (alternate && !decimal ? "0" + type : ""), grouped(digits, decimal ? 3 : 4));
    }

    private String real(double value) {
        if (type != 0 && "eEfFgGn%".indexOf(type) < 0) {
            throw unknown("float");
        }
        boolean negative = value < 0 || 1 / value < 0;
        String digits;
        if (type == 0 && precision < 0) {
            String shortest = Repr.number(value);
            digits = shortest.startsWith("-") ? shortest.substring(1) : shortest;
        } else {
            char format = type == 0 || type == 'n' ? 'g' : type;
            digits = NumberText.of(value, format, precision < 0 ? 6 : precision, alternate);
        }
        int point = 0;
        while (point < digits.length() && Character.isDigit(digits.charAt(point))) {
            point++;
        }
        return number(negative, "", grouped(digits.substring(0, point), 3) + digits.substring(point));
    }

    private String grouped(String digits, int size) {
        if (grouping == 0) {
            return digits;
        }
        StringBuilder out = new StringBuilder(digits);
        for (int i = digits.length() - size; i > 0; i -= size) {
            out.insert(i, grouping);
        }
        return out.toString();
    }

    private String number(boolean negative, String prefix, String digits) {
        String shown = negative ? "-" : sign == 0 || sign == '-' ? "" : String.valueOf(sign);
        // a zero before the width alone fills between sign and digits
        return padded(shown + prefix, digits, fill.equals("0") ? '=' : '>');
    }

    private String padded(String prefix, String text, char normally) {
        char side = align == 0 ? normally : align;
        if (side == '=') {
            return prefix + Text.pad(text, width - prefix.length(), 'r', fill);
        }
        String whole = prefix + text;
        int missing = Math.max(0, width - Text.length(whole));
        int left = side == '<' ? 0 : side == '>' ? missing : missing / 2;
        return fill.repeat(left) + whole + fill.repeat(missing - left);
    }

    private Failure unknown(String of) {
        return new Failure("format specifier not allowed for an object of type " + Repr.of(of));
    }
}
