package dev.embedonce.template;

import org.jspecify.annotations.Nullable;

/** A template that is not well-formed, or uses a part of Jinja that chat templates do not have. */
public final class TemplateSyntaxException extends TemplateException {
    private static final long serialVersionUID = 1;

    TemplateSyntaxException(String problem, int line, @Nullable Throwable cause) {
        super(problem, line, cause);
    }
}
