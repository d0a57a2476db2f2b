package dev.embedonce.template.internal.program;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.failure.Limits;
import dev.embedonce.template.internal.value.Arguments;
import dev.embedonce.template.internal.value.Budget;
import dev.embedonce.template.internal.value.Callable;
import dev.embedonce.template.internal.value.Repr;
import dev.embedonce.template.internal.value.Undefined;
import dev.embedonce.template.internal.value.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * One rendering of a template: the variables it sees, what it has written, and its {@link Budget}. Used by one thread.
 */
public final class Render {
    /** What a body wrote, and how it ended. */
    record Captured(String text, Stmt.Flow flow) {}

    private final Budget budget = new Budget();
    private Scope scope;
    private StringBuilder out = new StringBuilder();

    /** A rendering that begins with these variables. */
    public Render(Scope scope) {
        this.scope = scope;
    }

    Budget budget() {
        return budget;
    }

    Scope scope() {
        return scope;
    }

    /** What has been written so far. */
    public String output() {
        return out.toString();
    }

    void write(String text) {
        Limits.text((long) out.length() + text.length());
        out.append(text);
        budget.charge(text);
    }

    Object eval(Expr expr) {
        budget.enter();
        Object value = expr.in(this);
        budget.leave();
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
            throw new Failure(Repr.of(Values.typeName(function)) + " object is not callable");
        }
        Object result = callable.call(arguments, budget);
        budget.charge(result);
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
        budget.enter();
        try {
            Stmt.Flow flow = statement.in(this);
            budget.leave();
            return flow;
        } catch (Failure e) {
            throw e.at(statement.line());
        }
    }

    /** Runs statements up to the end, or to a jump. */
    public Stmt.Flow runAll(List<Stmt> statements) {
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

    Object charged(Object value) {
        budget.charge(value);
        return value;
    }
}
