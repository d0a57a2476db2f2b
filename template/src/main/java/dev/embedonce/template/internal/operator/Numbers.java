package dev.embedonce.template.internal.operator;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.value.Repr;
import dev.embedonce.template.internal.value.Undefined;
import dev.embedonce.template.internal.value.Values;
import java.math.BigDecimal;
import java.math.MathContext;

/** Arithmetic of integers and floats as in Python, except that an integer has 64 bits: a larger result is an error. */
public final class Numbers {
    private static final long EXACT_IN_DOUBLE = 1L << 53;

    private Numbers() {}

    /** A number as a float. */
    public static double toDouble(Object number) {
        return number instanceof Double value ? value : Values.integer(number);
    }

    /** One of {@code + - * / // % **} of two numbers. */
    public static Object binary(String operator, Object left, Object right) {
        try {
            return Values.isInteger(left) && Values.isInteger(right)
                    ? integers(operator, Values.integer(left), Values.integer(right))
                    : floats(operator, toDouble(left), toDouble(right));
        } catch (ArithmeticException e) {
            throw new Failure("the result of " + operator + " does not fit into 64 bits");
        }
    }

    private static Object integers(String operator, long left, long right) {
        if (right == 0 && (operator.startsWith("/") || operator.equals("%"))) {
            throw new Failure("integer division or modulo by zero");
        }
        return switch (operator) {
            case "+" -> Math.addExact(left, right);
            case "-" -> Math.subtractExact(left, right);
            case "*" -> Math.multiplyExact(left, right);
            case "/" -> divide(left, right);
            case "//" -> right == -1 ? Math.negateExact(left) : Math.floorDiv(left, right);
            case "%" -> Math.floorMod(left, right);
            default -> right < 0 ? floats(operator, (double) left, (double) right) : power(left, right);
        };
    }

    private static double divide(long left, long right) {
        if (Math.abs(left) < EXACT_IN_DOUBLE && Math.abs(right) < EXACT_IN_DOUBLE) {
            return (double) left / right;
        }
        return BigDecimal.valueOf(left)
                .divide(BigDecimal.valueOf(right), new MathContext(60))
                .doubleValue();
    }

    private static long power(long base, long exponent) {
        long result = 1;
        long square = base;
        for (long rest = exponent; rest > 0; rest >>= 1) {
            if ((rest & 1) == 1) {
                result = Math.multiplyExact(result, square);
            }
            if (rest > 1) {
                square = Math.multiplyExact(square, square);
            }
        }
        return result;
    }

    private static Object floats(String operator, double left, double right) {
        if (right == 0 && (operator.startsWith("/") || operator.equals("%"))) {
            throw new Failure("float division by zero");
        }
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> left / right;
            case "//" -> floorDivide(left, right);
            case "%" -> modulo(left, right);
            default -> power(left, right);
        };
    }

    private static double power(double base, double exponent) {
        if (base == 0 && exponent < 0) {
            throw new Failure("0.0 cannot be raised to a negative power");
        }
        double result = Math.pow(base, exponent);
        boolean finite = Double.isFinite(base) && Double.isFinite(exponent);
        if (finite && !Double.isFinite(result)) {
            throw new Failure(
                    Double.isNaN(result) ? "complex numbers are not supported" : "Numerical result out of range");
        }
        return result;
    }

    /** The remainder has the sign of the divisor. */
    private static double modulo(double left, double right) {
        double remainder = left % right;
        if (remainder == 0) {
            return Math.copySign(0.0, right);
        }
        return (remainder < 0) == (right < 0) ? remainder : remainder + right;
    }

    private static double floorDivide(double left, double right) {
        double remainder = left % right;
        double quotient = (left - remainder) / right;
        if (remainder != 0 && (remainder < 0) != (right < 0)) {
            quotient -= 1;
        }
        if (quotient == 0) {
            return Math.copySign(0.0, left / right);
        }
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    /** {@code -value}. */
    public static Object negate(Object value) {
        if (value instanceof Double number) {
            return -number;
        }
        return binary("-", 0L, number("-", value));
    }

    /** {@code +value}. */
    public static Object plus(Object value) {
        return value instanceof Double ? value : (Object) Values.integer(number("+", value));
    }

    private static Object number(String operator, Object value) {
        if (!Values.isNumber(value) && !(value instanceof Undefined)) {
            throw new Failure("bad operand type for unary " + operator + ": " + Repr.of(Values.typeName(value)));
        }
        return Values.integer(value);
    }

    /** A float without its fraction. */
    public static long whole(double number) {
        if (!(Math.abs(number) < 0x1p63)) {
            throw new Failure("the integer of " + Repr.number(number) + " does not fit into 64 bits");
        }
        return (long) number;
    }
}
