package dev.embedonce.template.internal.method;

import dev.embedonce.template.internal.builtin.Bound;
import dev.embedonce.template.internal.builtin.Registry;
import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.failure.Limits;
import dev.embedonce.template.internal.text.Text;
import dev.embedonce.template.internal.value.Markup;
import dev.embedonce.template.internal.value.Repr;
import dev.embedonce.template.internal.value.Values;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The methods of strings. */
public final class Strings {
    static final Registry METHODS = new Registry();

    static {
        letters();
        questions();
        parts();
        padding();
        StringSearch.addTo(METHODS);
    }

    private Strings() {}

    private static void letters() {
        change("upper", Text::upper);
        change("lower", Text::lower);
        change("casefold", text -> Text.lower(text.replace("ß", "ss")));
        change("capitalize", Text::capitalize);
        change("title", Text::title);
        change("swapcase", Strings::swapCase);
    }

    private static void change(String name, UnaryOperator<String> body) {
        METHODS.add(name, "", (self, given) -> Markup.like(self, body.apply(Values.text(self))));
    }

    private static String swapCase(String text) {
        StringBuilder out = new StringBuilder();
        Text.characters(text).forEach(character -> {
            String letter = (String) character;
            out.append(Character.isUpperCase(letter.codePointAt(0)) ? Text.lower(letter) : Text.upper(letter));
        });
        return out.toString();
    }

    private static void questions() {
        all("isalpha", Character::isLetter);
        all("isdigit", Strings::isDigit);
        all("isdecimal", point -> Character.getType(point) == Character.DECIMAL_DIGIT_NUMBER);
        all("isnumeric", Strings::isNumeric);
        all("isalnum", point -> Character.isLetter(point) || Strings.isNumeric(point));
        all("isspace", Text::isSpace);
        is("isascii", text -> text.chars().allMatch(character -> character < 0x80));
        is("isprintable", text -> text.codePoints().allMatch(Repr::isPrintable));
        is("islower", text -> Text.isCase(text, Text::lower));
        is("isupper", text -> Text.isCase(text, Text::upper));
        is(
                "istitle",
                text -> text.codePoints().anyMatch(Text::isCased)
                        && Text.title(text).equals(text));
        is(
                "isidentifier",
                text -> !text.isEmpty()
                        && (text.charAt(0) == '_' || Character.isUnicodeIdentifierStart(text.codePointAt(0)))
                        && text.codePoints().allMatch(Character::isUnicodeIdentifierPart));
    }

    private static boolean isDigit(int point) {
        boolean raised = "²³¹⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉".indexOf(point) >= 0;
        return raised || Character.getType(point) == Character.DECIMAL_DIGIT_NUMBER;
    }

    private static boolean isNumeric(int point) {
        int type = Character.getType(point);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }

    private static void is(String name, Predicate<String> body) {
        METHODS.add(name, "", (self, given) -> body.test(Values.text(self)));
    }

    private static void all(String name, IntPredicate body) {
        is(name, text -> !text.isEmpty() && text.codePoints().allMatch(body));
    }

    private static void parts() {
        METHODS.add("strip", "/ chars?", (self, given) -> strip(self, given, true, true))
                .add("lstrip", "/ chars?", (self, given) -> strip(self, given, true, false))
                .add("rstrip", "/ chars?", (self, given) -> strip(self, given, false, true))
                .add("splitlines", "keepends?", (self, given) -> {
                    List<String> lines = Text.lines(Values.text(self), given.truth(0));
                    return lines.stream().map(line -> Markup.like(self, line)).toList();
                })
                .add("removeprefix", "/ prefix", (self, given) -> {
                    String text = Values.text(self);
                    return text.startsWith(given.text(0))
                            ? text.substring(given.text(0).length())
                            : text;
                })
                .add("removesuffix", "/ suffix", (self, given) -> {
                    String text = Values.text(self);
                    return text.endsWith(given.text(0))
                            ? text.substring(0, text.length() - given.text(0).length())
                            : text;
                })
                .add("join", "/ items", (self, given) -> Markup.like(self, join(Values.text(self), given.get(0))));
    }

    /** Strips white space, or the characters in the first argument, from the chosen ends. */
    public static Object strip(Object self, Bound given, boolean left, boolean right) {
        String unwanted = given.isSet(0) ? given.text(0) : "";
        IntPredicate test = given.isSet(0) ? point -> unwanted.indexOf(point) >= 0 : Text::isSpace;
        return Markup.like(self, Text.strip(Values.text(self), test, left, right));
    }

    private static String join(String separator, Object items) {
        StringBuilder out = new StringBuilder();
        String before = "";
        for (Object item : Values.list(items)) {
            out.append(before).append(Values.text(item));
            Limits.text(out.length());
            before = separator;
        }
        return out.toString();
    }

    private static void padding() {
        METHODS.add("center", "/ width fill?", (self, given) -> pad(self, given, 'c'))
                .add("ljust", "/ width fill?", (self, given) -> pad(self, given, 'l'))
                .add("rjust", "/ width fill?", (self, given) -> pad(self, given, 'r'))
                .add("zfill", "/ width", (self, given) -> zeros(Values.text(self), given.integer(0, 0)))
                .add(
                        "expandtabs",
                        "tabsize?",
                        (self, given) -> expandTabs(Values.text(self), (int)
                                Math.max(0, Math.min(Limits.TEXT, given.integer(0, 8)))))
                .add("format", (self, given, budget) -> BraceFormat.format(Values.text(self), given))
                .add(
                        "format_map",
                        "mapping",
                        (self, given) -> BraceFormat.format(Values.text(self), BraceFormat.named(given.get(0))));
    }

    private static Object pad(Object self, Bound given, char side) {
        String fill = given.text(1, " ");
        if (Text.length(fill) != 1) {
            throw new Failure("The fill character must be exactly one character long");
        }
        return Markup.like(self, Text.pad(Values.text(self), given.integer(0, 0), side, fill));
    }

    private static String zeros(String text, long width) {
        boolean signed = text.startsWith("-") || text.startsWith("+");
        String digits = signed ? text.substring(1) : text;
        String sign = signed ? text.substring(0, 1) : "";
        return sign + Text.pad(digits, width - sign.length(), 'r', "0");
    }

    private static String expandTabs(String text, int size) {
        StringBuilder out = new StringBuilder();
        int column = 0;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            int spaces = character == '\t' && size > 0 ? size - column % size : 0;
            out.append(character == '\t' ? " ".repeat(spaces) : character);
            Limits.text(out.length());
            column = character == '\n' || character == '\r' ? 0 : column + (character == '\t' ? spaces : 1);
        }
        return out.toString();
    }
}
