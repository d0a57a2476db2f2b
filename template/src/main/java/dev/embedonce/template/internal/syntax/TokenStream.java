package dev.embedonce.template.internal.syntax;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.value.Repr;
import java.util.List;

/** The tokens of a template, read one after the other. */
final class TokenStream {
    private final List<Token> tokens;
    private int position;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(position);
    }

    /** The token after the current one. */
    Token look() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    /** The current token; the stream goes on to the next one. */
    Token next() {
        Token token = current();
        if (!token.is(Token.Type.END)) {
            position++;
        }
        return token;
    }

    boolean is(Token.Type type) {
        return current().is(type);
    }

    boolean isName(String name) {
        return current().isName(name);
    }

    boolean isOperator(String operator) {
        return current().isOperator(operator);
    }

    boolean skipName(String name) {
        boolean found = isName(name);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipOperator(String operator) {
        boolean found = isOperator(operator);
        if (found) {
            next();
        }
        return found;
    }

    Token expect(Token.Type type, String description) {
        if (!is(type)) {
            throw unexpected(description);
        }
        return next();
    }

    String expectName() {
        return expect(Token.Type.NAME, "a name").text();
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected(Repr.of(name));
        }
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected(Repr.of(operator));
        }
    }

    Failure unexpected(String wanted) {
        return fail("expected " + wanted + ", found " + current().describe());
    }

    Failure fail(String problem) {
        return new Failure(problem, current().line());
    }
}
