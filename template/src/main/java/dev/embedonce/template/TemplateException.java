package dev.embedonce.template;

import org.jspecify.annotations.Nullable;

/**
 * A template that cannot be parsed or rendered. The message names the line of the template, counted from 1, where it is
 * known.
 */
public class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String problem;
    private final int line;

    TemplateException(String problem, int line, @Nullable Throwable cause) {
        super(problem, cause);
        this.problem = problem;
        this.line = line;
    }

    /** The line of the template, counted from 1; 0 if it is not known. */
    public int line() {
        return line;
    }

    @Override
    public String getMessage() {
        return line == 0 ? problem : "line " + line + ": " + problem;
    }

    /** What is wrong, without the line. */
    String problem() {
        return problem;
    }
}
