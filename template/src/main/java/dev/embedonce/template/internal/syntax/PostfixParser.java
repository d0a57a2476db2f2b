package dev.embedonce.template.internal.syntax;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.program.Expr;
import dev.embedonce.template.internal.value.None;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads what follows a value: attributes, items, calls, filters and tests. */
final class PostfixParser {
    private static final Expr NOTHING = new Expr.Constant(None.NONE);
    private static final Set<Token.Type> VALUES =
            Set.of(Token.Type.NAME, Token.Type.STRING, Token.Type.INTEGER, Token.Type.FLOAT);

    private final TokenStream tokens;
    private final ExpressionParser expressions;

    PostfixParser(TokenStream tokens, ExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    Expr members(Expr value) {
        Expr result = value;
        while (true) {
            if (tokens.skipOperator(".")) {
                result = attribute(result);
            } else if (tokens.skipOperator("[")) {
                result = subscript(result);
            } else if (tokens.isOperator("(")) {
                result = new Expr.Call(result, arguments());
            } else {
                return result;
            }
        }
    }

    Expr filters(Expr value) {
        Expr result = value;
        while (true) {
            if (tokens.skipOperator("|")) {
                result = new Expr.Filter(result, use());
            } else if (tokens.skipName("is")) {
                result = test(result);
            } else if (tokens.isOperator("(")) {
                result = new Expr.Call(result, arguments());
            } else {
                return result;
            }
        }
    }

    private Expr attribute(Expr owner) {
        if (tokens.is(Token.Type.INTEGER)) {
            return new Expr.Item(owner, Literals.integer(tokens.next()));
        }
        return new Expr.Attribute(owner, tokens.expectName());
    }

    private Expr subscript(Expr owner) {
        if (tokens.skipOperator("]")) {
            return new Expr.Item(owner, new Expr.TupleOf(List.of()));
        }
        Expr start = tokens.isOperator(":") ? NOTHING : expressions.expression();
        Expr result;
        if (tokens.skipOperator(":")) {
            Expr stop = sliceEnd();
            Expr step = tokens.skipOperator(":") ? sliceEnd() : NOTHING;
            result = new Expr.Slice(owner, start, stop, step);
        } else {
            result = new Expr.Item(owner, tokens.isOperator(",") ? tupleKey(start) : start);
        }
        tokens.expectOperator("]");
        return result;
    }

    private Expr sliceEnd() {
        return tokens.isOperator(":") || tokens.isOperator("]") ? NOTHING : expressions.expression();
    }

    private Expr tupleKey(Expr first) {
        List<Expr> keys = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",")) {
            keys.add(expressions.expression());
        }
        return new Expr.TupleOf(keys);
    }

    Expr.Use use() {
        String name = dottedName();
        return new Expr.Use(name, tokens.isOperator("(") ? arguments() : Expr.CallArguments.NONE);
    }

    private String dottedName() {
        StringBuilder name = new StringBuilder(tokens.expectName());
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.expectName());
        }
        return name.toString();
    }

    private Expr test(Expr value) {
        boolean negated = tokens.skipName("not");
        String name = dottedName();
        Expr test = new Expr.Test(value, new Expr.Use(name, testArguments()));
        return negated ? new Expr.Not(test) : test;
    }

    /** A test takes one argument without parentheses too: {@code x is divisibleby 3}. */
    private Expr.CallArguments testArguments() {
        if (tokens.isOperator("(")) {
            return arguments();
        }
        boolean ends = tokens.isName("else") || tokens.isName("or") || tokens.isName("and");
        boolean begins = VALUES.contains(tokens.current().type()) || tokens.isOperator("[") || tokens.isOperator("{");
        if (ends || !begins) {
            return Expr.CallArguments.NONE;
        }
        if (tokens.isName("is")) {
            throw tokens.fail("You cannot chain multiple tests with is");
        }
        Expr argument = members(expressions.primary());
        return new Expr.CallArguments(List.of(argument), Map.of(), null, null);
    }

    private Expr.CallArguments arguments() {
        int line = tokens.next().line();
        List<Expr> positional = new ArrayList<>();
        Map<String, Expr> named = new LinkedHashMap<>();
        Expr spread = null;
        Expr spreadNamed = null;
        while (!tokens.skipOperator(")")) {
            boolean valid = spreadNamed == null;
            if (tokens.skipOperator("*")) {
                valid &= spread == null;
                spread = expressions.expression();
            } else if (tokens.skipOperator("**")) {
                spreadNamed = expressions.expression();
            } else if (tokens.is(Token.Type.NAME) && tokens.look().isOperator("=")) {
                String name = tokens.next().text();
                tokens.next();
                valid &= named.put(name, expressions.expression()) == null;
            } else {
                valid &= spread == null && named.isEmpty();
                positional.add(expressions.expression());
            }
            if (!valid) {
                throw new Failure("invalid syntax for function call expression", line);
            }
            if (!tokens.isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new Expr.CallArguments(positional, named, spread, spreadNamed);
    }
}
