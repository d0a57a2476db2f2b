package dev.embedonce.template;

/** A string that {@code safe} or {@code escape} has marked: joined with another one by {@code +}, the other one is escaped. */
record Markup(String text) {
    static Markup escape(Object value) {
        return value instanceof Markup markup ? markup : new Markup(escaped(Values.str(value)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace(">", "&gt;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }

    static Markup join(Object left, Object right) {
        return new Markup(Limits.text(escape(left).text() + escape(right).text()));
    }

    /** A string of the kind of another value: marked if that one is. */
    static Object like(Object value, String text) {
        return value instanceof Markup ? new Markup(text) : text;
    }
}
