package dev.embedonce.template.internal.syntax;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.program.Expr;
import dev.embedonce.template.internal.value.None;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * Reads expressions. From loose to tight: {@code if else}, {@code or}, {@code and}, {@code not}, comparisons, {@code +
 * -}, {@code ~}, {@code * / // %}, {@code **}, signs, {@code . [] ()}, and {@code | is} last.
 */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final int MAX_NESTING = 100;

    private final TokenStream tokens;
    private final PostfixParser postfix;
    private final Deque<Set<String>> watchers = new ArrayDeque<>();
    private int nesting;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
        this.postfix = new PostfixParser(tokens, this);
    }

    /** From now on adds the names of the variables that expressions read to this set. */
    void watch(Set<String> names) {
        watchers.push(names);
    }

    void unwatch() {
        watchers.pop();
    }

    /** Enters a nested construct; refuses a template that nests too deeply. */
    void enter() {
        if (++nesting > MAX_NESTING) {
            throw tokens.fail("more than " + MAX_NESTING + " brackets, operators or blocks inside each other");
        }
    }

    void leave() {
        nesting--;
    }

    /** An expression, or several with commas between: a tuple. */
    Expr tuple(boolean conditionals) {
        List<Expr> items = new ArrayList<>();
        boolean several = false;
        while (!isTupleEnd()) {
            items.add(conditionals ? expression() : or());
            if (!tokens.skipOperator(",")) {
                break;
            }
            several = true;
        }
        if (items.isEmpty()) {
            throw tokens.unexpected("an expression");
        }
        return several ? new Expr.TupleOf(items) : items.get(0);
    }

    private boolean isTupleEnd() {
        return tokens.is(Token.Type.PRINT_END) || tokens.is(Token.Type.BLOCK_END) || tokens.isOperator(")");
    }

    Expr expression() {
        enter();
        int line = tokens.current().line();
        Expr value = or();
        while (tokens.skipName("if")) {
            Expr condition = or();
            Expr otherwise = tokens.skipName("else") ? expression() : null;
            value = new Expr.Conditional(condition, value, otherwise, line);
        }
        leave();
        return value;
    }

    private Expr or() {
        Expr left = and();
        while (tokens.skipName("or")) {
            left = new Expr.Or(left, and());
        }
        return left;
    }

    private Expr and() {
        Expr left = not();
        while (tokens.skipName("and")) {
            left = new Expr.And(left, not());
        }
        return left;
    }

    private Expr not() {
        if (!tokens.skipName("not")) {
            return comparison();
        }
        enter();
        Expr value = new Expr.Not(not());
        leave();
        return value;
    }

    private Expr comparison() {
        Expr first = sum();
        List<String> operators = new ArrayList<>();
        List<Expr> others = new ArrayList<>();
        while (isComparison()) {
            String operator = tokens.next().text();
            if (operator.equals("not")) {
                tokens.next();
                operator = "not in";
            }
            operators.add(operator);
            others.add(sum());
        }
        return operators.isEmpty() ? first : new Expr.Comparison(first, operators, others);
    }

    private boolean isComparison() {
        Token token = tokens.current();
        return (token.is(Token.Type.OPERATOR) && COMPARISONS.contains(token.text()))
                || token.isName("in")
                || (token.isName("not") && tokens.look().isName("in"));
    }

    private Expr sum() {
        Expr left = concat();
        while (tokens.isOperator("+") || tokens.isOperator("-")) {
            left = new Expr.Binary(tokens.next().text(), left, concat());
        }
        return left;
    }

    private Expr concat() {
        Expr first = product();
        if (!tokens.isOperator("~")) {
            return first;
        }
        List<Expr> parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return new Expr.Concat(parts);
    }

    private Expr product() {
        Expr left = power();
        while (tokens.isOperator("*") || tokens.isOperator("/") || tokens.isOperator("//") || tokens.isOperator("%")) {
            left = new Expr.Binary(tokens.next().text(), left, power());
        }
        return left;
    }

    /** Jinja's {@code **} groups from the left, unlike Python's. */
    private Expr power() {
        Expr left = signed(true);
        while (tokens.isOperator("**")) {
            left = new Expr.Binary(tokens.next().text(), left, signed(true));
        }
        return left;
    }

    private Expr signed(boolean filters) {
        Expr value;
        if (tokens.isOperator("-") || tokens.isOperator("+")) {
            enter();
            value = new Expr.Sign(tokens.next().text(), signed(false));
            leave();
        } else {
            value = primary();
        }
        value = postfix.members(value);
        return filters ? postfix.filters(value) : value;
    }

    Expr primary() {
        Token token = tokens.next();
        return switch (token.type()) {
            case NAME -> name(token.text());
            case STRING -> string(token);
            case INTEGER -> Literals.integer(token);
            case FLOAT -> new Expr.Constant(Double.parseDouble(token.text()));
            case OPERATOR -> bracket(token);
            default -> throw new Failure("unexpected " + token.describe(), token.line());
        };
    }

    private Expr name(String name) {
        return switch (name) {
            case "true", "True" -> new Expr.Constant(true);
            case "false", "False" -> new Expr.Constant(false);
            case "none", "None" -> new Expr.Constant(None.NONE);
            default -> {
                watchers.forEach(names -> names.add(name));
                yield new Expr.Name(name);
            }
        };
    }

    private Expr string(Token first) {
        StringBuilder text = new StringBuilder(first.text());
        while (tokens.is(Token.Type.STRING)) {
            text.append(tokens.next().text());
        }
        return new Expr.Constant(text.toString());
    }

    private Expr bracket(Token token) {
        enter();
        Expr value = switch (token.text()) {
            case "(" -> parentheses();
            case "[" -> new Expr.ListOf(items("]"));
            case "{" -> dict();
            default -> throw new Failure("unexpected " + token.describe(), token.line());
        };
        leave();
        return value;
    }

    private Expr parentheses() {
        Expr value = tokens.isOperator(")") ? new Expr.TupleOf(List.of()) : tuple(true);
        tokens.expectOperator(")");
        return value;
    }

    private List<Expr> items(String end) {
        List<Expr> items = new ArrayList<>();
        while (!tokens.skipOperator(end)) {
            items.add(expression());
            if (!tokens.isOperator(end)) {
                tokens.expectOperator(",");
            }
        }
        return items;
    }

    private Expr dict() {
        List<Expr> keys = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            keys.add(expression());
            tokens.expectOperator(":");
            values.add(expression());
            if (!tokens.isOperator("}")) {
                tokens.expectOperator(",");
            }
        }
        return new Expr.DictOf(keys, values);
    }

    /** The name of a filter or test and the arguments in parentheses, if there are any. */
    Expr.Use use() {
        return postfix.use();
    }
}
