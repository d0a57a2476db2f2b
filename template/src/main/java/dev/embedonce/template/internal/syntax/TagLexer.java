package dev.embedonce.template.internal.syntax;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.text.Text;
import dev.embedonce.template.internal.value.Repr;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts the inside of one tag into tokens, up to and including its end. */
final class TagLexer {
    private static final Pattern FLOAT = Pattern.compile(
            "(?<!\\.)\\d+(?:_\\d+)*(?:\\.\\d+(?:_\\d+)*(?:[eE][-+]?\\d+(?:_\\d+)*)?|[eE][-+]?\\d+(?:_\\d+)*)");
    private static final Pattern INTEGER =
            Pattern.compile("0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*");
    private static final List<String> OPERATORS = List.of(
            "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<",
            "=", ".", ":", "|", ",", ";");

    private final String source;
    private final boolean print;
    private final List<Token> tokens;
    private final Deque<String> open = new ArrayDeque<>();
    private int position;
    private int line;

    TagLexer(String source, int position, int line, boolean print, List<Token> tokens) {
        this.source = source;
        this.position = position;
        this.line = line;
        this.print = print;
        this.tokens = tokens;
    }

    /** Adds the tokens; returns where the text after the tag begins. */
    int run() {
        while (position < source.length()) {
            int end = open.isEmpty() ? endOfTag() : -1;
            if (end >= 0) {
                add(print ? Token.Type.PRINT_END : Token.Type.BLOCK_END, "");
                return end;
            }
            int character = source.codePointAt(position);
            if (Text.isSpace(character)) {
                line += character == '\n' ? 1 : 0;
                position += Character.charCount(character);
            } else if (character == '"' || character == '\'') {
                string((char) character);
            } else if (Character.isUnicodeIdentifierStart(character) || character == '_') {
                name();
            } else if (!number(Token.Type.FLOAT, FLOAT) && !number(Token.Type.INTEGER, INTEGER)) {
                operator();
            }
        }
        return position; // the parser misses the end of the tag
    }

    private int endOfTag() {
        String end = print ? "}}" : "%}";
        if (source.startsWith("-" + end, position)) {
            int next = position + 3;
            while (next < source.length() && Text.isSpace(source.codePointAt(next))) {
                next++;
            }
            return next;
        }
        if (!print && source.startsWith("+%}", position)) {
            return position + 3;
        }
        if (!source.startsWith(end, position)) {
            return -1;
        }
        return position + (!print && source.startsWith("\n", position + 2) ? 3 : 2);
    }

    private void string(char quote) {
        int end = position + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw new Failure("the string is not closed", line);
        }
        String written = source.substring(position + 1, end);
        add(Token.Type.STRING, Escapes.resolve(written, line));
        line += (int) written.chars().filter(character -> character == '\n').count();
        position = end + 1;
    }

    private void name() {
        int end = position;
        while (end < source.length() && isNamePart(source.codePointAt(end))) {
            end += Character.charCount(source.codePointAt(end));
        }
        add(Token.Type.NAME, source.substring(position, end));
        position = end;
    }

    private static boolean isNamePart(int character) {
        return Character.isUnicodeIdentifierPart(character) && !Character.isIdentifierIgnorable(character);
    }

    private boolean number(Token.Type type, Pattern pattern) {
        Matcher matcher =
                pattern.matcher(source).region(position, source.length()).useTransparentBounds(true);
        if (!matcher.lookingAt()) {
            return false;
        }
        add(type, matcher.group().replace("_", ""));
        position = matcher.end();
        return true;
    }

    private void operator() {
        String operator = OPERATORS.stream()
                .filter(candidate -> source.startsWith(candidate, position))
                .findFirst()
                .orElseThrow(() -> new Failure(
                        "unexpected character " + Repr.of(Character.toString(source.codePointAt(position))), line));
        balance(operator);
        add(Token.Type.OPERATOR, operator);
        position += operator.length();
    }

    private void balance(String operator) {
        switch (operator) {
            case "(" -> open.push(")");
            case "[" -> open.push("]");
            case "{" -> open.push("}");
            case ")", "]", "}" -> {
                if (!operator.equals(open.peek())) {
                    throw new Failure("unexpected " + Repr.of(operator), line);
                }
                open.pop();
            }
            default -> {}
        }
    }

    private void add(Token.Type type, String text) {
        tokens.add(new Token(type, text, line));
    }
}
