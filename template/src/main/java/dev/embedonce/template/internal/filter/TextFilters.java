package dev.embedonce.template.internal.filter;

import dev.embedonce.template.internal.builtin.Bound;
import dev.embedonce.template.internal.builtin.Registry;
import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.failure.Limits;
import dev.embedonce.template.internal.method.BraceFormat;
import dev.embedonce.template.internal.method.StringSearch;
import dev.embedonce.template.internal.method.Strings;
import dev.embedonce.template.internal.operator.PercentFormat;
import dev.embedonce.template.internal.text.Text;
import dev.embedonce.template.internal.value.Arguments;
import dev.embedonce.template.internal.value.Budget;
import dev.embedonce.template.internal.value.Dict;
import dev.embedonce.template.internal.value.DictView;
import dev.embedonce.template.internal.value.Markup;
import dev.embedonce.template.internal.value.Tuple;
import dev.embedonce.template.internal.value.Values;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Filters whose result is a text. Most take any value and begin by writing it as a text. */
final class TextFilters {
    private static final Pattern WORD_START =
            Pattern.compile("(?<=[-\\s({\\[<])(?![-\\s({\\[<])", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

    private TextFilters() {}

    static void addTo(Registry filters) {
        change(filters, "upper", Text::upper);
        change(filters, "lower", Text::lower);
        change(filters, "capitalize", Text::capitalize);
        change(filters, "title", TextFilters::title);
        filters.add("trim", "chars?", (value, given) -> Strings.strip(soft(value), given, true, true))
                .add("string", "", (value, given) -> soft(value))
                .add("safe", "", (value, given) -> new Markup(Values.str(value)))
                .add("escape", "", (value, given) -> Markup.escape(value))
                .alias("escape", "e")
                .add("forceescape", "", (value, given) -> Markup.escape(Values.str(value)))
                .add(
                        "center",
                        "width?",
                        (value, given) ->
                                Markup.like(value, Text.pad(Values.str(value), given.integer(0, 80), 'c', " ")))
                .add("replace", "old new count?", TextFilters::replace)
                .add("format", TextFilters::format)
                .add("join", "d? attribute?", TextFilters::join)
                .add("indent", "width? first? blank?", TextFilters::indent)
                .add("truncate", "length? killwords? end? leeway?", TextFilters::truncate)
                .add(
                        "wordcount",
                        "",
                        (value, given) ->
                                WORD.matcher(Values.str(value)).results().count())
                .add("urlencode", "", (value, given) -> urlencode(value))
                .add("tojson", "ensure_ascii? indent? separators? sort_keys?", Json::filter);
    }

    private static void change(Registry filters, String name, UnaryOperator<String> body) {
        filters.add(name, "", (value, given) -> Markup.like(value, body.apply(Values.str(value))));
    }

    /** A text as it is, anything else written as one. */
    private static Object soft(Object value) {
        return value instanceof Markup ? value : Values.str(value);
    }

    private static String title(String text) {
        StringBuilder out = new StringBuilder();
        for (String word : WORD_START.split(text, -1)) {
            int first = word.isEmpty() ? 0 : Character.charCount(word.codePointAt(0));
            out.append(Text.upper(word.substring(0, first))).append(Text.lower(word.substring(first)));
        }
        return out.toString();
    }

    private static Object replace(Object value, Bound given) {
        long count = given.isSet(2) ? given.integer(2, -1) : -1;
        return StringSearch.replace(Values.str(value), Values.str(given.get(0)), Values.str(given.get(1)), count);
    }

    private static Object format(Object value, Arguments arguments, Budget budget) {
        if (!arguments.named().isEmpty() && !arguments.positional().isEmpty()) {
            throw new Failure("can't handle positional and keyword arguments at the same time");
        }
        Object given =
                arguments.named().isEmpty() ? Tuple.of(arguments.positional()) : BraceFormat.dict(arguments.named());
        return Markup.like(value, PercentFormat.format(Values.str(value), given));
    }

    private static Object join(Object value, Bound given) {
        AttributePath path = given.isSet(1) ? AttributePath.of(given.get(1)) : AttributePath.SELF;
        String separator = Values.str(given.get(0, ""));
        StringBuilder out = new StringBuilder();
        String before = "";
        for (Object item : Values.list(value)) {
            out.append(before).append(Values.str(path.in(item)));
            Limits.text(out.length());
            before = separator;
        }
        return out.toString();
    }

    private static Object indent(Object value, Bound given) {
        Object width = given.get(0, 4L);
        Limits.text(Values.isText(width) ? 0 : Values.integer(width));
        String indent =
                Values.isText(width) ? Values.text(width) : " ".repeat((int) Math.max(0, Values.integer(width)));
        boolean blank = given.truth(2);
        List<String> lines = Text.lines(Values.text(value) + "\n", false);
        Limits.text(Values.text(value).length() + (long) lines.size() * indent.length());
        StringBuilder out = new StringBuilder(given.truth(1) ? indent : "");
        for (int i = 0; i < lines.size(); i++) {
            boolean wanted = i > 0 && (blank || !lines.get(i).isEmpty());
            out.append(i > 0 ? "\n" : "").append(wanted ? indent : "").append(lines.get(i));
        }
        return Markup.like(value, out.toString());
    }

    private static Object truncate(Object value, Bound given) {
        long length = given.integer(0, 255);
        String end = given.text(2, "...");
        long leeway = given.isSet(3) ? given.integer(3, 0) : 5;
        int kept = (int) Math.min(length - Text.length(end), Integer.MAX_VALUE);
        if (kept < 0 || leeway < 0) {
            throw new Failure("truncate: expected length >= " + Text.length(end) + " and leeway >= 0");
        }
        if (Values.size(value) <= length + leeway) {
            return value;
        }
        String text = Values.text(value);
        String start = Text.part(text, 0, kept);
        boolean whole = given.truth(1) || start.indexOf(' ') < 0;
        return (whole ? start : start.substring(0, start.lastIndexOf(' '))) + end;
    }

    private static String urlencode(Object value) {
        if (Values.isText(value) || !Values.isIterable(value)) {
            return quote(value, "/");
        }
        List<Object> pairs = value instanceof Dict dict ? DictView.items(dict).items() : Values.list(value);
        return String.join("&", pairs.stream().map(TextFilters::queryPart).toList());
    }

    private static String queryPart(Object pair) {
        List<Object> parts = Values.list(pair);
        if (parts.size() != 2) {
            throw new Failure("urlencode: pairs of a key and a value are needed");
        }
        return (quote(parts.get(0), "") + "=" + quote(parts.get(1), "")).replace("%20", "+");
    }

    private static String quote(Object value, String safe) {
        StringBuilder out = new StringBuilder();
        for (byte unit : Values.str(value).getBytes(StandardCharsets.UTF_8)) {
            boolean letter =
                    (unit >= 'a' && unit <= 'z') || (unit >= 'A' && unit <= 'Z') || (unit >= '0' && unit <= '9');
            if (letter || (unit >= 0 && ("_.-~" + safe).indexOf(unit) >= 0)) {
                out.append((char) unit);
            } else {
                out.append(String.format("%%%02X", unit));
            }
        }
        return out.toString();
    }
}
