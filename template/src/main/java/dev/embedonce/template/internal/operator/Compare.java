package dev.embedonce.template.internal.operator;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.text.Text;
import dev.embedonce.template.internal.value.Dict;
import dev.embedonce.template.internal.value.Range;
import dev.embedonce.template.internal.value.Repr;
import dev.embedonce.template.internal.value.Tuple;
import dev.embedonce.template.internal.value.Undefined;
import dev.embedonce.template.internal.value.Values;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;

/** Equality, order and membership, as in Python. */
public final class Compare {
    private Compare() {}

    /** {@code left == right}. */
    public static boolean equal(Object left, Object right) {
        if (left == right) {
            return !(left instanceof Double number) || !number.isNaN();
        }
        if (Values.isNumber(left) && Values.isNumber(right)) {
            return !isNaN(left) && !isNaN(right) && numbers(left, right) == 0;
        }
        if (Values.isText(left) && Values.isText(right)) {
            return Values.text(left).equals(Values.text(right));
        }
        if (left instanceof Dict a && right instanceof Dict b) {
            return dicts(a, b);
        }
        if (left instanceof Undefined && right instanceof Undefined) {
            return true;
        }
        boolean sameKind = (left instanceof List && right instanceof List)
                || (left instanceof Tuple && right instanceof Tuple)
                || (left instanceof Range && right instanceof Range);
        return sameKind && sequences(Values.sequence(left), Values.sequence(right));
    }

    private static boolean sequences(List<Object> left, List<Object> right) {
        if (left.size() != right.size()) {
            return false;
        }
        Iterator<Object> others = right.iterator();
        return left.stream().allMatch(item -> same(item, others.next()));
    }

    private static boolean dicts(Dict left, Dict right) {
        return left.size() == right.size()
                && left.items().stream().allMatch(item -> {
                    Object other = right.get(item.key());
                    return other != null && same(item.value(), other);
                });
    }

    /** Members of containers are also equal if they are one and the same. */
    private static boolean same(Object left, Object right) {
        return left == right || equal(left, right);
    }

    private static boolean isNaN(Object number) {
        return number instanceof Double value && value.isNaN();
    }

    /** Two numbers, neither of them NaN. */
    private static int numbers(Object left, Object right) {
        if (Values.isInteger(left) && Values.isInteger(right)) {
            return Long.compare(Values.integer(left), Values.integer(right));
        }
        double a = Numbers.toDouble(left);
        double b = Numbers.toDouble(right);
        if (Double.isInfinite(a) || Double.isInfinite(b) || (left instanceof Double && right instanceof Double)) {
            return a < b ? -1 : a > b ? 1 : 0;
        }
        return exact(left).compareTo(exact(right));
    }

    private static BigDecimal exact(Object number) {
        return number instanceof Double value ? new BigDecimal(value) : BigDecimal.valueOf(Values.integer(number));
    }

    /** One of {@code < <= > >=}. */
    public static boolean ordered(String operator, Object left, Object right) {
        if ((isNaN(left) && Values.isNumber(right)) || (isNaN(right) && Values.isNumber(left))) {
            return false;
        }
        int order = order(operator, left, right);
        return switch (operator) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }

    /** The order for sorting. */
    public static int order(Object left, Object right) {
        return isNaN(left) || isNaN(right) ? 0 : order("<", left, right);
    }

    private static int order(String operator, Object left, Object right) {
        if (Values.isNumber(left) && Values.isNumber(right)) {
            return numbers(left, right);
        }
        if (Values.isText(left) && Values.isText(right)) {
            return Text.compare(Values.text(left), Values.text(right));
        }
        if ((left instanceof List && right instanceof List) || (left instanceof Tuple && right instanceof Tuple)) {
            return lexical(operator, Values.sequence(left), Values.sequence(right));
        }
        for (Object side : List.of(left, right)) {
            if (side instanceof Undefined undefined) {
                throw undefined.failure();
            }
        }
        throw new Failure(Repr.of(operator) + " not supported between instances of " + Repr.of(Values.typeName(left))
                + " and " + Repr.of(Values.typeName(right)));
    }

    private static int lexical(String operator, List<Object> left, List<Object> right) {
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            if (!same(left.get(i), right.get(i))) {
                return order(operator, left.get(i), right.get(i));
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    /** {@code item in container}. */
    public static boolean contains(Object container, Object item) {
        if (Values.isText(container)) {
            if (!Values.isText(item)) {
                throw new Failure("'in <string>' requires string as left operand, not " + Values.typeName(item));
            }
            return Values.text(container).contains(Values.text(item));
        }
        if (container instanceof Dict dict) {
            return dict.get(item) != null;
        }
        Iterator<Object> rest = Values.iterate(container);
        while (rest.hasNext()) {
            if (same(rest.next(), item)) {
                return true;
            }
        }
        return false;
    }
}
