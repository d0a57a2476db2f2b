package dev.embedonce.template.internal.method;

import dev.embedonce.template.internal.builtin.Bound;
import dev.embedonce.template.internal.builtin.Registry;
import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.failure.Limits;
import dev.embedonce.template.internal.text.Text;
import dev.embedonce.template.internal.value.Markup;
import dev.embedonce.template.internal.value.Tuple;
import dev.embedonce.template.internal.value.Values;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiPredicate;

/** The methods of strings that search in them. Positions count code points. */
public final class StringSearch {
    private StringSearch() {}

    static void addTo(Registry methods) {
        methods.add("find", "/ sub start? end?", (self, given) -> find(self, given, false))
                .add("rfind", "/ sub start? end?", (self, given) -> find(self, given, true))
                .add("index", "/ sub start? end?", (self, given) -> found(find(self, given, false)))
                .add("rindex", "/ sub start? end?", (self, given) -> found(find(self, given, true)))
                .add("count", "/ sub start? end?", StringSearch::count)
                .add("startswith", "/ prefix start? end?", (self, given) -> affix(self, given, String::startsWith))
                .add("endswith", "/ suffix start? end?", (self, given) -> affix(self, given, String::endsWith))
                .add(
                        "replace",
                        "old new count?",
                        (self, given) -> Markup.like(
                                self, replace(Values.text(self), given.text(0), given.text(1), given.integer(2, -1))))
                .add("split", "sep? maxsplit?", (self, given) -> split(self, given, false))
                .add("rsplit", "sep? maxsplit?", (self, given) -> split(self, given, true))
                .add("partition", "/ sep", (self, given) -> partition(Values.text(self), given.text(0), false))
                .add("rpartition", "/ sep", (self, given) -> partition(Values.text(self), given.text(0), true));
    }

    /** The part between the optional bounds 1 and 2; null if the first one lies beyond the end of the text. */
    private static int[] bounds(String text, Bound given) {
        int length = Text.length(text);
        long start = given.isSet(1) ? given.integer(1, 0) : 0;
        long end = given.isSet(2) ? given.integer(2, 0) : length;
        long from = start < 0 ? Math.max(0, start + length) : start;
        long to = end < 0 ? Math.max(0, end + length) : Math.min(end, length);
        return new int[] {(int) Math.min(from, Integer.MAX_VALUE), (int) to};
    }

    private static long find(Object self, Bound given, boolean last) {
        String text = Values.text(self);
        int[] bounds = bounds(text, given);
        if (bounds[0] > bounds[1]) {
            return -1;
        }
        String part = Text.part(text, bounds[0], bounds[1]);
        int at = last ? part.lastIndexOf(given.text(0)) : part.indexOf(given.text(0));
        return at < 0 ? -1 : bounds[0] + part.codePointCount(0, at);
    }

    private static long found(long position) {
        if (position < 0) {
            throw new Failure("substring not found");
        }
        return position;
    }

    private static Object count(Object self, Bound given) {
        String text = Values.text(self);
        int[] bounds = bounds(text, given);
        if (bounds[0] > bounds[1]) {
            return 0L;
        }
        String part = Text.part(text, bounds[0], bounds[1]);
        return given.text(0).isEmpty()
                ? Text.length(part) + 1L
                : pieces(part, given.text(0), Long.MAX_VALUE).size() - 1L;
    }

    private static Object affix(Object self, Bound given, BiPredicate<String, String> test) {
        String text = Values.text(self);
        int[] bounds = bounds(text, given);
        List<Object> wanted = given.get(0) instanceof Tuple several ? several.items() : List.of(given.text(0));
        if (bounds[0] > bounds[1]) {
            return false;
        }
        String part = Text.part(text, bounds[0], bounds[1]);
        return wanted.stream().anyMatch(affix -> test.test(part, Values.text(affix)));
    }

    /**
     * Replaces one text by another.
     *
     * @param count how many at most; negative for all
     */
    public static String replace(String text, String old, String replacement, long count) {
        long most = count < 0 ? Long.MAX_VALUE : count;
        List<String> pieces = old.isEmpty() ? between(text, most) : pieces(text, old, most);
        Limits.text(text.length() + (long) pieces.size() * replacement.length());
        return String.join(replacement, pieces);
    }

    /** The pieces around every gap between characters. */
    private static List<String> between(String text, long most) {
        List<String> pieces = new ArrayList<>();
        int at = 0;
        for (long i = 0; i <= Text.length(text) && i < most; i++) {
            pieces.add(i == 0 ? "" : Character.toString(text.codePointAt(at)));
            at += i == 0 ? 0 : Character.charCount(text.codePointAt(at));
        }
        pieces.add(text.substring(at));
        return pieces;
    }

    private static List<String> pieces(String text, String separator, long most) {
        List<String> pieces = new ArrayList<>();
        int start = 0;
        for (int at = text.indexOf(separator); at >= 0 && pieces.size() < most; at = text.indexOf(separator, start)) {
            pieces.add(text.substring(start, at));
            start = at + separator.length();
        }
        pieces.add(text.substring(start));
        return pieces;
    }

    private static List<String> piecesFromRight(String text, String separator, long most) {
        List<String> pieces = new ArrayList<>();
        int end = text.length();
        while (pieces.size() < most) {
            int at = text.lastIndexOf(separator, end - separator.length());
            if (at < 0 || end < separator.length()) {
                break;
            }
            pieces.add(text.substring(at + separator.length(), end));
            end = at;
        }
        pieces.add(text.substring(0, end));
        Collections.reverse(pieces);
        return pieces;
    }

    private static Object split(Object self, Bound given, boolean right) {
        String text = Values.text(self);
        long count = given.integer(1, -1);
        long most = count < 0 ? Long.MAX_VALUE : count;
        if (!given.isSet(0)) {
            return marked(self, right ? wordsFromRight(text, most) : words(text, most));
        }
        String separator = given.text(0);
        if (separator.isEmpty()) {
            throw new Failure("empty separator");
        }
        return marked(self, right ? piecesFromRight(text, separator, most) : pieces(text, separator, most));
    }

    private static List<Object> marked(Object self, List<String> pieces) {
        List<Object> values = new ArrayList<>(pieces.size());
        pieces.forEach(piece -> values.add(Markup.like(self, piece)));
        return Limits.items(values);
    }

    private static List<String> words(String text, long most) {
        List<String> words = new ArrayList<>();
        int start = nextAfter(text, 0, true);
        while (start < text.length()) {
            int end = words.size() < most ? nextAfter(text, start, false) : text.length();
            words.add(text.substring(start, end));
            start = nextAfter(text, end, true);
        }
        return words;
    }

    /** The first index from {@code start} on at which the white space, or the word, ends. */
    private static int nextAfter(String text, int start, boolean space) {
        int at = start;
        while (at < text.length() && Text.isSpace(text.charAt(at)) == space) {
            at++;
        }
        return at;
    }

    private static List<String> wordsFromRight(String text, long most) {
        List<String> reversed = words(new StringBuilder(text).reverse().toString(), most).stream()
                .map(word -> new StringBuilder(word).reverse().toString())
                .toList();
        List<String> words = new ArrayList<>(reversed);
        Collections.reverse(words);
        return words;
    }

    private static Tuple partition(String text, String separator, boolean last) {
        if (separator.isEmpty()) {
            throw new Failure("empty separator");
        }
        int at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
        if (at < 0) {
            return last ? Tuple.of("", "", text) : Tuple.of(text, "", "");
        }
        return Tuple.of(text.substring(0, at), separator, text.substring(at + separator.length()));
    }
}
