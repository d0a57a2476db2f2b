package dev.embedonce.template.internal.syntax;

import dev.embedonce.template.internal.failure.Failure;

/** The backslash escapes of string literals. An unknown one stays as it is written. */
final class Escapes {
    private static final String SHORT = "abfnrtv\\'\"";
    private static final String MEANT = "\u0007\b\f\n\r\t\u000b\\'\"";

    private Escapes() {}

    static String resolve(String written, int line) {
        if (written.indexOf('\\') < 0) {
            return written;
        }
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < written.length()) {
            char character = written.charAt(i++);
            if (character == '\\' && i < written.length()) {
                i = escape(written, i, line, out);
            } else {
                out.append(character);
            }
        }
        return out.toString();
    }

    /** Appends what the escape after a backslash means; returns the index after it. */
    private static int escape(String written, int start, int line, StringBuilder out) {
        char kind = written.charAt(start);
        int known = SHORT.indexOf(kind);
        if (known >= 0) {
            out.append(MEANT.charAt(known));
            return start + 1;
        }
        return switch (kind) {
            case '\n' -> start + 1;
            case 'x' -> code(written, start + 1, 2, line, out);
            case 'u' -> code(written, start + 1, 4, line, out);
            case 'U' -> code(written, start + 1, 8, line, out);
            case 'N' -> throw new Failure("characters by name (\\N) are not supported", line);
            default -> octal(written, start, out);
        };
    }

    private static int code(String written, int start, int digits, int line, StringBuilder out) {
        int end = start + digits;
        try {
            int point = Integer.parseUnsignedInt(written.substring(start, end), 16);
            out.appendCodePoint(point);
            return end;
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new Failure("a \\x, \\u or \\U escape that names no character", line);
        }
    }

    private static int octal(String written, int start, StringBuilder out) {
        int end = start;
        while (end < written.length() && end < start + 3 && "01234567".indexOf(written.charAt(end)) >= 0) {
            end++;
        }
        if (end == start) {
            out.append('\\');
        } else {
            out.appendCodePoint(Integer.parseInt(written.substring(start, end), 8));
        }
        return end;
    }
}
