package dev.embedonce.template.internal.syntax;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens and settles the white space around tags: a line break after a block tag or comment goes,
 * and so does white space between the start of a line and such a tag ({@code trim_blocks}, {@code lstrip_blocks});
 * {@code -} at either end of a tag takes all white space on that side, {@code +} keeps it.
 */
final class Lexer {
    private static final Pattern RAW =
            Pattern.compile("\\{%([-+]?)\\s*raw\\s*(?:-%\\}\\s*|%\\})", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern END_RAW =
            Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern END_COMMENT =
            Pattern.compile("\\+#\\}|-#\\}\\s*|#\\}\\n?", Pattern.UNICODE_CHARACTER_CLASS);

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;
    private boolean lineStarts = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        Lexer lexer = new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
        while (lexer.position < lexer.source.length()) {
            lexer.textAndTag();
        }
        lexer.add(Token.Type.END, "");
        return lexer.tokens;
    }

    private void textAndTag() {
        int tag = nextTag();
        if (tag < 0) {
            data(source.substring(position));
            moveTo(source.length());
            return;
        }
        Matcher raw = matcher(RAW, tag);
        int after = tag + 2;
        char kind = source.charAt(tag + 1);
        char sign = after < source.length() ? source.charAt(after) : ' ';
        data(withoutSpaceBefore(source.substring(position, tag), sign, kind == '{'));
        if (raw.lookingAt()) {
            moveTo(raw.end());
            raw();
            return;
        }
        moveTo(sign == '-' || sign == '+' ? after + 1 : after);
        if (kind == '#') {
            comment();
        } else {
            add(kind == '{' ? Token.Type.PRINT_BEGIN : Token.Type.BLOCK_BEGIN, "");
            TagLexer inside = new TagLexer(source, position, line, kind == '{', tokens);
            int end = inside.run();
            moveTo(end);
        }
    }

    private int nextTag() {
        for (int i = source.indexOf('{', position); i >= 0; i = source.indexOf('{', i + 1)) {
            if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private String withoutSpaceBefore(String text, char sign, boolean print) {
        if (sign == '-') {
            return Text.stripRight(text);
        }
        int lineStart = text.lastIndexOf('\n') + 1;
        boolean strip = sign != '+'
                && !print
                && (lineStart > 0 || lineStarts)
                && Text.strip(text.substring(lineStart)).isEmpty();
        return strip ? text.substring(0, lineStart) : text;
    }

    private void comment() {
        Matcher end = END_COMMENT.matcher(source);
        if (!end.find(position)) {
            throw new Failure("the comment is not closed", line);
        }
        moveTo(end.end());
    }

    private void raw() {
        Matcher end = END_RAW.matcher(source);
        if (!end.find(position)) {
            throw new Failure("the raw block is not closed", line);
        }
        String sign = end.group(1);
        data(withoutSpaceBefore(source.substring(position, end.start()), sign.isEmpty() ? ' ' : sign.charAt(0), false));
        moveTo(end.end());
    }

    private Matcher matcher(Pattern pattern, int from) {
        return pattern.matcher(source).region(from, source.length());
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            add(Token.Type.DATA, text);
        }
    }

    private void add(Token.Type type, String text) {
        tokens.add(new Token(type, text, line));
    }

    private void moveTo(int next) {
        for (int i = position; i < next; i++) {
            line += source.charAt(i) == '\n' ? 1 : 0;
        }
        lineStarts = next > position ? source.charAt(next - 1) == '\n' : lineStarts;
        position = next;
    }
}
