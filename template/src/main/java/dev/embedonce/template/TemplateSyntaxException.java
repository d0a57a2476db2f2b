package dev.embedonce.template;

/** A template that is not written in the language, or asks for a part of it that chat templates do not have. */
public final class TemplateSyntaxException extends TemplateException {
    private static final long serialVersionUID = 1;

    TemplateSyntaxException(String problem, int line) {
        super(problem, line);
    }
}
