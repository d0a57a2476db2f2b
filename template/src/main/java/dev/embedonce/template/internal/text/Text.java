package dev.embedonce.template.internal.text;

import dev.embedonce.template.internal.failure.Limits;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/** Strings counted in code points, and white space, as Python sees them. */
public final class Text {
    private static final String LINE_BREAKS = "\n\r\u000b\u000c\u001c\u001d\u001e\u0085\u2028\u2029";

    private Text() {}

    /** The number of code points. */
    public static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** A string for every code point. */
    public static List<Object> characters(String text) {
        int[] points = text.codePoints().toArray();
        return new AbstractList<>() {
            @Override
            public Object get(int index) {
                return Character.toString(points[index]);
            }

            @Override
            public int size() {
                return points.length;
            }
        };
    }

    /** Code points {@code from} to {@code to}, both within the text. */
    public static String part(String text, int from, int to) {
        int start = text.offsetByCodePoints(0, from);
        return text.substring(start, text.offsetByCodePoints(start, Math.max(0, to - from)));
    }

    /** The order by code points. */
    public static int compare(String left, String right) {
        int[] a = left.codePoints().toArray();
        int[] b = right.codePoints().toArray();
        return Arrays.compare(a, b);
    }

    /** Whether Python counts it as white space. */
    public static boolean isSpace(int point) {
        return Character.isWhitespace(point) || Character.isSpaceChar(point) || point == 0x85;
    }

    static boolean isLineBreak(int point) {
        return LINE_BREAKS.indexOf(point) >= 0;
    }

    /** Strips the unwanted characters from the chosen ends. */
    public static String strip(String text, IntPredicate unwanted, boolean left, boolean right) {
        int start = 0;
        int end = text.length();
        while (left && start < end && unwanted.test(text.codePointAt(start))) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (right && end > start && unwanted.test(text.codePointBefore(end))) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(start, end);
    }

    /** Strips white space from both ends. */
    public static String strip(String text) {
        return strip(text, Text::isSpace, true, true);
    }

    /** Strips white space from the end. */
    public static String stripRight(String text) {
        return strip(text, Text::isSpace, false, true);
    }

    /** {@code str.splitlines}. */
    public static List<String> lines(String text, boolean keepEnds) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if (isLineBreak(text.charAt(i))) {
                boolean pair = text.startsWith("\r\n", i);
                int next = i + (pair ? 2 : 1);
                lines.add(text.substring(start, keepEnds ? next : i));
                start = next;
                i = next - 1;
            }
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    /** {@code str.capitalize}: the first letter uppercase, the rest lowercase. */
    public static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = Character.charCount(text.codePointAt(0));
        return titleCase(text.substring(0, first)) + lower(text.substring(first));
    }

    /** A first letter in title case; of one that becomes two ("ß") only the first is uppercase. */
    private static String titleCase(String letter) {
        int point = letter.codePointAt(0);
        int title = Character.toTitleCase(point);
        String upper = upper(letter);
        if (title == point && length(upper) > 1) {
            return part(upper, 0, 1) + lower(part(upper, 1, length(upper)));
        }
        return Character.toString(title);
    }

    /** {@code str.title}: the first letter of each word is in title case. */
    public static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (Object character : characters(text)) {
            String letter = (String) character;
            out.append(inWord ? lower(letter) : titleCase(letter));
            inWord = isCased(letter.codePointAt(0));
        }
        return out.toString();
    }

    /** Whether it is a lowercase, uppercase or titlecase letter. */
    public static boolean isCased(int point) {
        return Character.isLowerCase(point) || Character.isUpperCase(point) || Character.isTitleCase(point);
    }

    /** {@code str.upper}, independent of the locale. */
    public static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    /** {@code str.lower}, independent of the locale. */
    public static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** Whether the text has cased letters, all of them in the given case. */
    public static boolean isCase(String text, UnaryOperator<String> inCase) {
        return text.codePoints().anyMatch(Text::isCased) && inCase.apply(text).equals(text);
    }

    /**
     * Pads a text to a width.
     *
     * @param width in code points
     * @param side where the text goes: l, r or c
     */
    public static String pad(String text, long width, char side, String fill) {
        Limits.text(width);
        int missing = (int) Math.max(0, width - length(text));
        // an odd space goes to the right if the width is even, as in CPython
        int left = side == 'l' ? 0 : side == 'r' ? missing : missing / 2 + (missing & (int) width & 1);
        return fill.repeat(left) + text + fill.repeat(missing - left);
    }
}
