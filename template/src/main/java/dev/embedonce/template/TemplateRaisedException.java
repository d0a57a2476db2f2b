package dev.embedonce.template;

/**
 * The template itself refused its input with {@code raise_exception}. The message is the template's own, nothing added.
 */
public final class TemplateRaisedException extends TemplateException {
    private static final long serialVersionUID = 1;

    TemplateRaisedException(String message, int line, Throwable cause) {
        super(message, line, cause);
    }

    @Override
    public String getMessage() {
        return problem();
    }
}
