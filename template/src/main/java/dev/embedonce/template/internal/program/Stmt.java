package dev.embedonce.template.internal.program;

import dev.embedonce.template.internal.value.Arguments;
import dev.embedonce.template.internal.value.Values;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A statement. {@link Render#run} runs it; {@link #in} is what it does beyond the counting there. */
public sealed interface Stmt {
    /** How a statement ended: a loop is left, its next iteration begins, or simply the next statement follows. */
    enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    Flow in(Render render);

    /** The line at which it begins, counted from 1. */
    int line();

    /** Text outside of tags. */
    record Data(String text, int line) implements Stmt {
        @Override
        public Flow in(Render render) {
            render.write(text);
            return Flow.NEXT;
        }
    }

    /** {@code {{ value }}}. */
    record Print(Expr value, int line) implements Stmt {
        @Override
        public Flow in(Render render) {
            render.write(Values.str(render.eval(value)));
            return Flow.NEXT;
        }
    }

    /** {@code set target = value}. */
    record Set(Target target, Expr value, int line) implements Stmt {
        @Override
        public Flow in(Render render) {
            target.assign(render.eval(value), render.scope());
            return Flow.NEXT;
        }
    }

    /** {@code set target | filters} … {@code endset}: the text of the body. */
    record SetBlock(Target target, List<Expr.Use> filters, List<Stmt> body, int line) implements Stmt {
        @Override
        public Flow in(Render render) {
            Render.Captured captured = render.capture(new Scope(render.scope()), body);
            if (captured.flow() == Flow.NEXT) {
                target.assign(render.filtered(captured.text(), filters), render.scope());
            }
            return captured.flow();
        }
    }

    /** {@code filter filters} … {@code endfilter}. */
    record FilterBlock(List<Expr.Use> filters, List<Stmt> body, int line) implements Stmt {
        @Override
        public Flow in(Render render) {
            Render.Captured captured = render.capture(new Scope(render.scope()), body);
            if (captured.flow() == Flow.NEXT) {
                render.write(Values.text(render.filtered(captured.text(), filters)));
            }
            return captured.flow();
        }
    }

    /** {@code if}, {@code elif}, {@code else}: the body of the first condition that holds. */
    record If(List<Expr> conditions, List<List<Stmt>> bodies, List<Stmt> otherwise, int line) implements Stmt {
        @Override
        public Flow in(Render render) {
            for (int i = 0; i < conditions.size(); i++) {
                if (Values.truth(render.eval(conditions.get(i)))) {
                    return render.runAll(bodies.get(i));
                }
            }
            return render.runAll(otherwise);
        }
    }

    /** {@code for target in items if condition recursive} … {@code else} … {@code endfor}. */
    record For(
            Target target,
            Expr items,
            Optional<Expr> condition,
            boolean recursive,
            List<Stmt> body,
            List<Stmt> otherwise,
            int line)
            implements Stmt {
        @Override
        public Flow in(Render render) {
            return new Loop(this, render, render.scope()).over(render.eval(items), 0);
        }
    }

    /** {@code break} or {@code continue}. */
    record Jump(Flow flow, int line) implements Stmt {
        @Override
        public Flow in(Render render) {
            return flow;
        }
    }

    /** {@code with a = 1, b = 2} … {@code endwith}; the values do not see the new variables. */
    record With(List<Target> targets, List<Expr> values, List<Stmt> body, int line) implements Stmt {
        @Override
        public Flow in(Render render) {
            List<Object> evaluated = render.evalAll(values);
            Scope inner = new Scope(render.scope());
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).assign(evaluated.get(i), inner);
            }
            return render.runIn(inner, body);
        }
    }

    /** {@code generation} … {@code endgeneration}: marks what an assistant says, which changes nothing here. */
    record Generation(List<Stmt> body, int line) implements Stmt {
        @Override
        public Flow in(Render render) {
            return render.runIn(new Scope(render.scope()), body);
        }
    }

    /** {@code macro name(parameters)} … {@code endmacro}. */
    record MacroDefinition(MacroCode code, int line) implements Stmt {
        @Override
        public Flow in(Render render) {
            render.scope().set(code.name(), new Macro(code, render.scope(), render));
            return Flow.NEXT;
        }
    }

    /** {@code call(parameters) function(arguments)} … {@code endcall}: the function gets the body as {@code caller}. */
    record CallBlock(MacroCode caller, Expr.Call call, int line) implements Stmt {
        @Override
        public Flow in(Render render) {
            Object function = render.eval(call.function());
            Arguments arguments = call.arguments().in(render);
            Map<String, Object> named = new LinkedHashMap<>(arguments.named());
            named.put("caller", new Macro(caller, render.scope(), render));
            render.write(Values.str(render.call(function, new Arguments(arguments.positional(), named))));
            return Flow.NEXT;
        }
    }
}
