package dev.embedonce.template.internal.program;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.value.Generator;
import dev.embedonce.template.internal.value.Iterators;
import dev.embedonce.template.internal.value.Values;
import java.util.Iterator;

/**
 * Runs a {@code for} statement. The condition is evaluated item by item, because the body may change what it depends
 * on.
 */
final class Loop {
    private final Stmt.For code;
    private final Render render;
    private final Scope outer;

    Loop(Stmt.For code, Render render, Scope outer) {
        this.code = code;
        this.render = render;
        this.outer = outer;
    }

    /** Runs it; only its {@code else} can leave or continue a loop around it. */
    Stmt.Flow over(Object items, int depth) {
        boolean filtered = code.condition().isPresent();
        Iterator<Object> rest = Values.iterate(items);
        LoopState state = new LoopState(
                filtered ? Iterators.filter(rest, this::isWanted) : rest,
                filtered || items instanceof Generator ? -1 : Values.size(items),
                depth,
                this);
        boolean finishedOne = false;
        Stmt.Flow flow = Stmt.Flow.NEXT;
        while (flow != Stmt.Flow.BREAK && state.hasNext()) {
            render.budget().steps(1);
            Scope inner = new Scope(outer);
            code.target().assign(state.next(), inner);
            inner.set("loop", state);
            flow = render.runIn(inner, code.body());
            finishedOne |= flow == Stmt.Flow.NEXT;
        }
        // Jinja's else also runs after a loop in which no iteration came to its end
        return finishedOne ? Stmt.Flow.NEXT : render.runIn(new Scope(outer), code.otherwise());
    }

    /** {@code loop(items)} inside a recursive loop. */
    Object recurse(Object items, int depth) {
        if (!code.recursive()) {
            throw new Failure("The loop must have the 'recursive' marker to be called recursively.");
        }
        return render.capture(() -> over(items, depth)).text();
    }

    private boolean isWanted(Object item) {
        Scope inner = new Scope(outer);
        code.target().assign(item, inner);
        return code.condition()
                .map(condition -> Values.truth(render.evalIn(inner, condition)))
                .orElse(true);
    }
}
