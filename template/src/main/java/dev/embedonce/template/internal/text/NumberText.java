package dev.embedonce.template.internal.text;

import dev.embedonce.template.internal.failure.Limits;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Numbers in the formats that {@code %} formatting and {@code format} share; never with a sign. */
public final class NumberText {
    private NumberText() {}

    /**
     * A float.
     *
     * @param type one of {@code f F e E g G %}
     * @param precision digits after the point, or all digits for {@code g}
     * @param alternate keeps a point and, for {@code g}, zeros at the end
     */
    public static String of(double number, char type, int precision, boolean alternate) {
        Limits.text(precision);
        double size = Math.abs(number);
        if (!Double.isFinite(size)) {
            String name = Double.isNaN(size) ? "nan" : "inf";
            return (Character.isUpperCase(type) ? Text.upper(name) : name) + (type == '%' ? "%" : "");
        }
        String text = switch (Character.toLowerCase(type)) {
            case 'e' -> scientific(size, precision, alternate);
            case 'g' -> general(size, Math.max(1, precision), alternate);
            case '%' -> fixed(size * 100, precision, alternate) + "%";
            default -> fixed(size, precision, alternate);
        };
        return Character.isUpperCase(type) ? Text.upper(text) : text;
    }

    private static String fixed(double size, int precision, boolean alternate) {
        String text =
                new BigDecimal(size).setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
        return alternate && precision == 0 ? text + "." : text;
    }

    private static String scientific(double size, int precision, boolean alternate) {
        BigDecimal rounded = rounded(size, precision + 1);
        int exponent = exponent(rounded);
        String digits = rounded.movePointLeft(exponent)
                .setScale(precision, RoundingMode.UNNECESSARY)
                .toPlainString();
        return digits + (alternate && precision == 0 ? "." : "") + exponentText(exponent);
    }

    private static String general(double size, int precision, boolean alternate) {
        BigDecimal rounded = rounded(size, precision);
        int exponent = exponent(rounded);
        boolean fixed = exponent >= -4 && exponent < precision;
        BigDecimal shown = fixed ? rounded : rounded.movePointLeft(exponent);
        int scale = fixed ? precision - 1 - exponent : precision - 1;
        String text = shown.setScale(scale, RoundingMode.UNNECESSARY).toPlainString();
        String digits = alternate || text.indexOf('.') < 0 ? text : text.replaceFirst("\\.?0+$", "");
        return digits + (fixed ? "" : exponentText(exponent));
    }

    private static BigDecimal rounded(double size, int digits) {
        return new BigDecimal(size).round(new MathContext(digits, RoundingMode.HALF_EVEN));
    }

    private static int exponent(BigDecimal number) {
        return number.signum() == 0 ? 0 : number.precision() - number.scale() - 1;
    }

    private static String exponentText(int exponent) {
        return "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    /** An integer in base 2, 8, 10 or 16 by its type letter. */
    public static String of(long number, char type) {
        String sign = number < 0 ? "-" : "";
        String digits = switch (type) {
            case 'b' -> Long.toString(number, 2);
            case 'o' -> Long.toString(number, 8);
            case 'x' -> Long.toString(number, 16);
            case 'X' -> Text.upper(Long.toString(number, 16));
            default -> Long.toString(number);
        };
        return digits.substring(sign.length());
    }
}
