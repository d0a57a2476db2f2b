package dev.embedonce.template.internal.syntax;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.program.Expr;
import dev.embedonce.template.internal.program.MacroCode;
import dev.embedonce.template.internal.program.Stmt;
import dev.embedonce.template.internal.program.Target;
import dev.embedonce.template.internal.value.Repr;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads statements. */
public final class Parser {
    /** Tags of Jinja that need other templates, or that no chat template uses. */
    private static final Set<String> REFUSED = Set.of("include", "import", "from", "extends", "block", "autoescape");

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private int loops;

    private Parser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    /**
     * The statements of a template.
     *
     * @throws Failure if it is not well-formed; it knows the line
     */
    public static List<Stmt> parse(String source) {
        Parser parser = new Parser(new TokenStream(Lexer.tokens(source)));
        return parser.statements(Set.of());
    }

    /**
     * Statements up to a tag of one of these names, which becomes the current token; up to the end if there are no
     * names.
     */
    private List<Stmt> statements(Set<String> ends) {
        List<Stmt> statements = new ArrayList<>();
        while (!tokens.is(Token.Type.END)) {
            Token token = tokens.next();
            switch (token.type()) {
                case DATA -> statements.add(new Stmt.Data(token.text(), token.line()));
                case PRINT_BEGIN -> {
                    statements.add(new Stmt.Print(expressions.tuple(true), token.line()));
                    tokens.expect(Token.Type.PRINT_END, "'}}'");
                }
                default -> {
                    if (tokens.is(Token.Type.NAME)
                            && ends.contains(tokens.current().text())) {
                        return statements;
                    }
                    statements.add(statement());
                    tokens.expect(Token.Type.BLOCK_END, "'%}'");
                }
            }
        }
        if (!ends.isEmpty()) {
            throw tokens.fail("the template ends without "
                    + String.join(" or ", ends.stream().sorted().toList()));
        }
        return statements;
    }

    /** The body of a tag: from the end of the tag up to one of these names. */
    private List<Stmt> body(String... ends) {
        tokens.skipOperator(":");
        tokens.expect(Token.Type.BLOCK_END, "'%}'");
        expressions.enter();
        List<Stmt> statements = statements(Set.of(ends));
        expressions.leave();
        return statements;
    }

    private List<Stmt> lastBody(String end) {
        List<Stmt> statements = body(end);
        tokens.next();
        return statements;
    }

    /** A body in which {@code break} and {@code continue} do not reach the loop around it. */
    private List<Stmt> separateBody(String end) {
        int outer = loops;
        loops = 0;
        List<Stmt> statements = lastBody(end);
        loops = outer;
        return statements;
    }

    private Stmt statement() {
        int line = tokens.current().line();
        String tag = tokens.expect(Token.Type.NAME, "the name of a tag").text();
        return switch (tag) {
            case "if" -> ifStatement(line);
            case "for" -> forStatement(line);
            case "set" -> set(line);
            case "break" -> jump(Stmt.Flow.BREAK, line);
            case "continue" -> jump(Stmt.Flow.CONTINUE, line);
            case "macro" -> new Stmt.MacroDefinition(macro(tokens.expectName()), line);
            case "call" -> call(line);
            case "filter" -> new Stmt.FilterBlock(filters(true), lastBody("endfilter"), line);
            case "with" -> with(line);
            case "print" -> print(line);
            case "generation" -> new Stmt.Generation(separateBody("endgeneration"), line);
            default ->
                throw new Failure(
                        REFUSED.contains(tag)
                                ? "the tag " + Repr.of(tag) + " is not supported: a chat template stands alone"
                                : "unknown tag " + Repr.of(tag),
                        line);
        };
    }

    private Stmt ifStatement(int line) {
        List<Expr> conditions = new ArrayList<>();
        List<List<Stmt>> bodies = new ArrayList<>();
        do {
            conditions.add(expressions.tuple(false));
            bodies.add(body("elif", "else", "endif"));
        } while (tokens.skipName("elif"));
        List<Stmt> otherwise = tokens.next().isName("else") ? lastBody("endif") : List.of();
        return new Stmt.If(conditions, bodies, otherwise, line);
    }

    private Stmt forStatement(int line) {
        loops++;
        Target target = target(false);
        tokens.expectName("in");
        Expr items = expressions.tuple(false);
        Optional<Expr> condition = tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
        boolean recursive = tokens.skipName("recursive");
        List<Stmt> body = body("endfor", "else");
        loops--;
        List<Stmt> otherwise = tokens.next().isName("else") ? lastBody("endfor") : List.of();
        return new Stmt.For(target, items, condition, recursive, body, otherwise, line);
    }

    private Stmt set(int line) {
        Target target = target(true);
        if (tokens.skipOperator("=")) {
            return new Stmt.Set(target, expressions.tuple(true), line);
        }
        return new Stmt.SetBlock(target, filters(false), lastBody("endset"), line);
    }

    private Stmt jump(Stmt.Flow flow, int line) {
        if (loops == 0) {
            throw new Failure(Repr.of(flow == Stmt.Flow.BREAK ? "break" : "continue") + " outside loop", line);
        }
        return new Stmt.Jump(flow, line);
    }

    private void parameters(List<String> parameters, List<Optional<Expr>> defaults) {
        tokens.expectOperator("(");
        while (!tokens.isOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            parameters.add(tokens.expectName());
            if (tokens.skipOperator("=")) {
                defaults.add(Optional.of(expressions.expression()));
            } else if (!defaults.isEmpty() && defaults.get(defaults.size() - 1).isPresent()) {
                throw tokens.fail("non-default argument follows default argument");
            } else {
                defaults.add(Optional.empty());
            }
        }
        tokens.next();
    }

    private MacroCode macro(String name) {
        List<String> parameters = new ArrayList<>();
        List<Optional<Expr>> defaults = new ArrayList<>();
        parameters(parameters, defaults);
        return code(name, parameters, defaults, "endmacro");
    }

    private MacroCode code(String name, List<String> parameters, List<Optional<Expr>> defaults, String end) {
        Set<String> mentioned = new HashSet<>();
        expressions.watch(mentioned);
        List<Stmt> body = separateBody(end);
        expressions.unwatch();
        mentioned.retainAll(Set.of("caller", "varargs", "kwargs"));
        return new MacroCode(name, parameters, defaults, mentioned, body);
    }

    private Stmt call(int line) {
        List<String> parameters = new ArrayList<>();
        List<Optional<Expr>> defaults = new ArrayList<>();
        if (tokens.isOperator("(")) {
            parameters(parameters, defaults);
        }
        if (!(expressions.expression() instanceof Expr.Call call)) {
            throw new Failure("expected call", line);
        }
        return new Stmt.CallBlock(code("caller", parameters, defaults, "endcall"), call, line);
    }

    private Stmt with(int line) {
        List<Target> targets = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!tokens.is(Token.Type.BLOCK_END)) {
            if (!targets.isEmpty()) {
                tokens.expectOperator(",");
            }
            targets.add(target(false));
            tokens.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Stmt.With(targets, values, lastBody("endwith"), line);
    }

    private Stmt print(int line) {
        List<Expr> values = new ArrayList<>();
        while (!tokens.is(Token.Type.BLOCK_END)) {
            if (!values.isEmpty()) {
                tokens.expectOperator(",");
            }
            values.add(expressions.expression());
        }
        return new Stmt.Print(new Expr.Concat(values), line);
    }

    /** Filters after a tag: {@code filter upper | trim}, {@code set x | upper}. */
    private List<Expr.Use> filters(boolean first) {
        List<Expr.Use> filters = new ArrayList<>();
        while ((first && filters.isEmpty()) || tokens.skipOperator("|")) {
            filters.add(expressions.use());
        }
        return filters;
    }

    private Target target(boolean members) {
        List<Target> targets = new ArrayList<>();
        boolean several = false;
        do {
            if (several && tokens.isOperator(")")) {
                break;
            }
            targets.add(oneTarget(members));
            several |= tokens.isOperator(",");
        } while (tokens.skipOperator(","));
        return several ? new Target.Several(targets) : targets.get(0);
    }

    private Target oneTarget(boolean members) {
        if (tokens.skipOperator("(")) {
            Target inner = target(members);
            tokens.expectOperator(")");
            return inner;
        }
        String name = tokens.expectName();
        if (Set.of("true", "false", "none", "True", "False", "None").contains(name)) {
            throw tokens.fail("can't assign to " + Repr.of(name));
        }
        if (name.equals("loop") && loops > 0) {
            throw tokens.fail("Can't assign to special loop variable in for-loop target");
        }
        return members && tokens.skipOperator(".")
                ? new Target.Member(name, tokens.expectName())
                : new Target.Variable(name);
    }
}
