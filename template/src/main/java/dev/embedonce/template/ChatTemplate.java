package dev.embedonce.template;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.failure.RaisedFailure;
import dev.embedonce.template.internal.program.Globals;
import dev.embedonce.template.internal.program.Render;
import dev.embedonce.template.internal.program.Scope;
import dev.embedonce.template.internal.program.Stmt;
import dev.embedonce.template.internal.syntax.Parser;
import dev.embedonce.template.internal.value.Inputs;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * A chat template: a Jinja program that comes with a language model and turns a conversation into the text the model
 * reads. It renders as in the {@code transformers} library, which runs it in jinja2's immutable sandbox with {@code
 * trim_blocks} and {@code lstrip_blocks}, the tags {@code break}, {@code continue} and {@code generation}, its own
 * {@code tojson}, and the functions {@code raise_exception} and {@code strftime_now}.
 *
 * <p>A template is not trusted. It can reach nothing but the variables it is given, cannot change them, and is stopped
 * with a {@link TemplateException} when it needs more than a fixed number of steps, depth of nesting or length of text.
 *
 * <p>What differs from jinja2: integers have 64 bits (more is an error); there are no other templates to include or
 * extend; an unknown filter or test is an error only when it is reached; a few filters for web pages are left out.
 *
 * <p>Immutable, thread-safe.
 */
// Source: transformers 5.23.0, utils/chat_template_utils.py, _cached_compile_jinja_template; jinja2 3.1.6
public final class ChatTemplate {
    private final List<Stmt> statements;

    private ChatTemplate(List<Stmt> statements) {
        this.statements = statements;
    }

    /**
     * Reads a template.
     *
     * @throws TemplateSyntaxException if it is not well-formed or uses a tag that is not supported; it names the line
     */
    public static ChatTemplate parse(String source) {
        try {
            return new ChatTemplate(Parser.parse(source));
        } catch (Failure e) {
            throw new TemplateSyntaxException(e.problem(), e.line(), e);
        } catch (StackOverflowError e) {
            throw new TemplateSyntaxException("the template is nested too deeply", 1, null);
        }
    }

    /** As {@link #render(Map, Clock)}, with this computer's time. */
    public String render(Map<String, ?> variables) {
        return render(variables, Clock.system(ZoneId.systemDefault()));
    }

    /**
     * The text for these variables, usually {@code messages}, {@code tools}, {@code add_generation_prompt}, {@code
     * bos_token} and {@code eos_token}. A missing variable is undefined, which templates test for; null is {@code
     * none}, which is something else.
     *
     * @param variables made of Map, List, String, Boolean, Integer, Long, Float, Double, null and Jackson's {@code
     *     JsonNode}; they are copied first
     * @param clock for {@code strftime_now}, in its own time zone
     * @throws TemplateRaisedException if the template refuses the conversation itself
     * @throws TemplateException if it fails: an operation that its values do not allow, or one of the limits
     * @throws IllegalArgumentException if a variable is of another type; it names the place
     */
    public String render(Map<String, ?> variables, Clock clock) {
        try {
            Scope scope = Globals.scope(clock);
            variables.forEach((name, value) -> scope.set(name, Inputs.value(value, name)));
            Render render = new Render(scope);
            render.runAll(statements);
            return render.output();
        } catch (RaisedFailure e) {
            throw new TemplateRaisedException(e.problem(), e.line(), e);
        } catch (Failure e) {
            throw new TemplateException(e.problem(), e.line(), e);
        } catch (StackOverflowError e) {
            throw new TemplateException("values or calls are nested too deeply", 0, null);
        }
    }
}
