package dev.embedonce.template.internal.operator;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.failure.Limits;
import dev.embedonce.template.internal.value.Markup;
import dev.embedonce.template.internal.value.Repr;
import dev.embedonce.template.internal.value.Tuple;
import dev.embedonce.template.internal.value.Undefined;
import dev.embedonce.template.internal.value.Values;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The arithmetic operators, on any values. */
public final class Operators {
    private Operators() {}

    /** One of {@code + - * / // % **} of any two values. */
    public static Object binary(String operator, Object left, Object right) {
        if (operator.equals("%") && Values.isText(left)) {
            return Markup.like(left, PercentFormat.format(Values.text(left), right));
        }
        for (Object side : List.of(left, right)) {
            if (side instanceof Undefined undefined) {
                throw undefined.failure();
            }
        }
        if (Values.isNumber(left) && Values.isNumber(right)) {
            return Numbers.binary(operator, left, right);
        }
        return switch (operator) {
            case "+" -> add(left, right);
            case "*" -> Values.isInteger(left) ? repeat(right, left) : repeat(left, right);
            default -> throw unsupported(operator, left, right);
        };
    }

    private static Object add(Object left, Object right) {
        if (Values.isText(left) && Values.isText(right)) {
            return left instanceof Markup || right instanceof Markup
                    ? Markup.join(left, right)
                    : Limits.text(Values.text(left).concat(Values.text(right)));
        }
        if (left instanceof List && right instanceof List) {
            return joined(left, right);
        }
        if (left instanceof Tuple && right instanceof Tuple) {
            return Tuple.of(joined(left, right));
        }
        throw unsupported("+", left, right);
    }

    private static List<Object> joined(Object left, Object right) {
        List<Object> all = new ArrayList<>(Values.sequence(left));
        all.addAll(Values.sequence(right));
        return Limits.items(all);
    }

    private static Object repeat(Object value, Object times) {
        if (!Values.isInteger(times) || !(Values.isText(value) || value instanceof List || value instanceof Tuple)) {
            throw unsupported("*", value, times);
        }
        long count = Math.max(0, Math.min(Values.integer(times), Integer.MAX_VALUE));
        if (Values.isText(value)) {
            String text = Values.text(value);
            Limits.text(text.length() * count);
            return Markup.like(value, text.repeat((int) count));
        }
        List<Object> items = Values.sequence(value);
        Limits.items(items.size() * count);
        List<Object> all = new ArrayList<>();
        Collections.nCopies((int) count, items).forEach(all::addAll);
        return value instanceof Tuple ? Tuple.of(all) : all;
    }

    private static Failure unsupported(String operator, Object left, Object right) {
        if (operator.equals("+") && Values.isText(left)) {
            return new Failure("can only concatenate str (not \"" + Values.typeName(right) + "\") to str");
        }
        return new Failure("unsupported operand type(s) for " + operator + ": " + Repr.of(Values.typeName(left))
                + " and " + Repr.of(Values.typeName(right)));
    }
}
