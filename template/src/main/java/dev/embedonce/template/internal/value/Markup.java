package dev.embedonce.template.internal.value;

import dev.embedonce.template.internal.failure.Limits;

/**
 * A string that {@code safe} or {@code escape} has marked: {@code +} escapes an unmarked string that is joined to it.
 */
public record Markup(String text) {
    /** A value as text that is safe in a web page; what is marked already stays as it is. */
    public static Markup escape(Object value) {
        return value instanceof Markup markup ? markup : new Markup(escaped(Values.str(value)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace(">", "&gt;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }

    /** {@code left + right}, of which at least one is marked. */
    public static Markup join(Object left, Object right) {
        return new Markup(Limits.text(escape(left).text() + escape(right).text()));
    }

    /** A string of the kind of another value: marked if that one is. */
    public static Object like(Object value, String text) {
        return value instanceof Markup ? new Markup(text) : text;
    }
}
