package dev.embedonce.template.internal.filter;

import dev.embedonce.template.internal.builtin.Bound;
import dev.embedonce.template.internal.builtin.Registry;
import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.operator.Numbers;
import dev.embedonce.template.internal.operator.Operators;
import dev.embedonce.template.internal.text.Text;
import dev.embedonce.template.internal.value.Repr;
import dev.embedonce.template.internal.value.Undefined;
import dev.embedonce.template.internal.value.Values;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;

/** Filters whose result is a number. */
final class NumberFilters {
    private NumberFilters() {}

    static void addTo(Registry filters) {
        filters.add("abs", "", (value, given) -> abs(value))
                .add("int", "default? base?", NumberFilters::toInteger)
                .add(
                        "float",
                        "default?",
                        (value, given) ->
                                parseFloat(value).<Object>map(number -> number).orElse(given.get(0, 0.0)))
                .add("round", "precision? method?", NumberFilters::round)
                .add("length", "", (value, given) -> (long) Values.size(value))
                .alias("length", "count")
                .add("sum", "attribute? start?", NumberFilters::sum);
    }

    private static Object abs(Object value) {
        if (value instanceof Double number) {
            return Math.abs(number);
        }
        if (!Values.isInteger(value)) {
            throw new Failure("bad operand type for abs(): " + Repr.of(Values.typeName(value)));
        }
        long number = Values.integer(value);
        return number < 0 ? Numbers.negate(number) : number;
    }

    private static Object toInteger(Object value, Bound given) {
        int base = (int) given.integer(1, 10);
        Optional<Long> number = Values.isText(value) ? parseInteger(Values.text(value), base) : Optional.empty();
        if (Values.isInteger(value)) {
            return Values.integer(value);
        }
        return number.or(() -> parseFloat(value).filter(Double::isFinite).map(Numbers::whole))
                .<Object>map(whole -> whole)
                .orElse(given.get(0, 0L));
    }

    /** The integer that a text spells, as Python's {@code int(text, base)}. */
    private static Optional<Long> parseInteger(String text, int base) {
        String digits = Text.lower(Text.strip(text));
        String sign = digits.startsWith("-") ? "-" : "";
        digits = digits.startsWith("-") || digits.startsWith("+") ? digits.substring(1) : digits;
        String prefix = base == 16 ? "0x" : base == 8 ? "0o" : base == 2 ? "0b" : "none";
        boolean prefixed = digits.startsWith(prefix);
        digits = prefixed ? digits.substring(2) : digits;
        if (!digits.matches(
                (prefixed ? "_?" : "") + "[\\p{IsAlphabetic}\\p{IsDigit}]+(_[\\p{IsAlphabetic}\\p{IsDigit}]+)*")) {
            return Optional.empty();
        }
        digits = digits.replace("_", "");
        if (digits.chars().anyMatch(digit -> Character.digit(digit, base) < 0)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Long.parseLong(sign + digits, base));
        } catch (NumberFormatException e) {
            throw new Failure("the integer " + text + " does not fit into 64 bits");
        }
    }

    private static Optional<Double> parseFloat(Object value) {
        if (Values.isNumber(value)) {
            return Optional.of(Numbers.toDouble(value));
        }
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (!Values.isText(value)) {
            return Optional.empty();
        }
        String text = Text.lower(Text.strip(Values.text(value)));
        if (text.matches("[-+]?(inf|infinity|nan)")) {
            boolean negative = text.startsWith("-");
            double number = text.endsWith("nan") ? Double.NaN : Double.POSITIVE_INFINITY;
            return Optional.of(negative ? -number : number);
        }
        boolean number = text.matches("[-+]?(\\d+(_\\d+)*\\.?(\\d+(_\\d+)*)?|\\.\\d+(_\\d+)*)(e[-+]?\\d+(_\\d+)*)?");
        return number ? Optional.of(Double.parseDouble(text.replace("_", ""))) : Optional.empty();
    }

    private static Object round(Object value, Bound given) {
        int precision = (int) Math.max(-400, Math.min(400, given.integer(0, 0)));
        String method = given.text(1, "common");
        if (!Values.isNumber(value)) {
            throw new Failure("type " + Values.typeName(value) + " doesn't define __round__ method");
        }
        return switch (method) {
            case "common" -> round(value, precision);
            case "ceil", "floor" -> {
                Object scale = Numbers.binary("**", 10L, (long) precision);
                double scaled = Numbers.toDouble(Numbers.binary("*", value, scale));
                yield Numbers.binary("/", method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled), scale);
            }
            default -> throw new Failure("method must be common, ceil or floor");
        };
    }

    private static Object round(Object value, int precision) {
        if (value instanceof Double number) {
            return Double.isFinite(number)
                    ? Math.copySign(rounded(new BigDecimal(number), precision).doubleValue(), number)
                    : number;
        }
        return rounded(BigDecimal.valueOf(Values.integer(value)), Math.min(0, precision))
                .longValueExact();
    }

    private static BigDecimal rounded(BigDecimal number, int precision) {
        return number.setScale(precision, RoundingMode.HALF_EVEN);
    }

    private static Object sum(Object value, Bound given) {
        AttributePath path = given.isSet(0) ? AttributePath.of(given.get(0)) : AttributePath.SELF;
        Object total = given.get(1, 0L);
        if (Values.isText(total)) {
            throw new Failure("sum() can't sum strings [use ''.join(seq) instead]");
        }
        for (Object item : Values.list(value)) {
            total = Operators.binary("+", total, path.in(item));
        }
        return total;
    }
}
