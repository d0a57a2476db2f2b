package dev.embedonce.template;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** One rendering of a template: where it is, what it has written, and how much of its {@link Limits} it has used. */
final class Render {
    /** What a body wrote, and how it ended. */
    record Captured(String text, Stmt.Flow flow) {}

    private static final int CHARACTERS_PER_STEP = 64;
    private static final int ITEMS_PER_STEP = 8;

    private final Clock clock;
    private Scope scope;
    private StringBuilder out = new StringBuilder();
    private long steps;
    private int depth;

    Render(Scope scope, Clock clock) {
        this.scope = scope;
        this.clock = clock;
    }

    Clock clock() {
        return clock;
    }

    Scope scope() {
        return scope;
    }

    String output() {
        return out.toString();
    }

    void write(String text) {
        Limits.text((long) out.length() + text.length());
        out.append(text);
        charge(text);
    }

    Object eval(Expr expr) {
        enter();
        Object value = expr.in(this);
        depth--;
        return value;
    }

    List<Object> evalAll(List<Expr> exprs) {
        List<Object> values = new ArrayList<>(exprs.size());
        exprs.forEach(expr -> values.add(eval(expr)));
        return values;
    }

    Object call(Object function, Arguments arguments) {
        if (function instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (!(function instanceof Callable callable)) {
            throw new TemplateException(Repr.of(Values.typeName(function)) + " object is not callable");
        }
        Object result = callable.call(arguments, this);
        charge(result);
        return result;
    }

    Object filtered(Object value, List<Expr.Use> filters) {
        Object result = value;
        for (Expr.Use filter : filters) {
            result = filter.filter(result, this);
        }
        return result;
    }

    Stmt.Flow run(Stmt statement) {
        enter();
        try {
            Stmt.Flow flow = statement.in(this);
            depth--;
            return flow;
        } catch (TemplateException e) {
            throw e.at(statement.line());
        }
    }

    Stmt.Flow runAll(List<Stmt> statements) {
        for (Stmt statement : statements) {
            Stmt.Flow flow = run(statement);
            if (flow != Stmt.Flow.NEXT) {
                return flow;
            }
        }
        return Stmt.Flow.NEXT;
    }

    Stmt.Flow runIn(Scope inner, List<Stmt> statements) {
        Scope outer = scope;
        scope = inner;
        Stmt.Flow flow = runAll(statements);
        scope = outer;
        return flow;
    }

    Object evalIn(Scope inner, Expr expr) {
        Scope outer = scope;
        scope = inner;
        Object value = eval(expr);
        scope = outer;
        return value;
    }

    Captured capture(Scope inner, List<Stmt> statements) {
        return capture(() -> runIn(inner, statements));
    }

    Captured capture(Supplier<Stmt.Flow> body) {
        StringBuilder outer = out;
        out = new StringBuilder();
        Stmt.Flow flow = body.get();
        String text = out.toString();
        out = outer;
        return new Captured(text, flow);
    }

    /** Counts the handling of a long value. */
    void charge(Object value) {
        if (value instanceof Markup markup) {
            charge(markup.text());
        } else if (value instanceof String text) {
            steps(text.length() / CHARACTERS_PER_STEP);
        } else if (value instanceof List<?> list) {
            steps(list.size() / ITEMS_PER_STEP);
        } else if (value instanceof Sized sized) {
            steps(sized.size() / ITEMS_PER_STEP);
        }
    }

    Object charged(Object value) {
        charge(value);
        return value;
    }

    void steps(long more) {
        steps += more;
        if (steps > Limits.STEPS) {
            throw new TemplateException("the template did not end within " + Limits.STEPS + " steps");
        }
    }

    private void enter() {
        steps(1);
        if (++depth > Limits.DEPTH) {
            throw new TemplateException("more than " + Limits.DEPTH + " expressions and statements inside each other");
        }
    }
}
