package dev.embedonce.template;

/** A template that cannot be parsed or rendered. The message names the line of the template, counted from 1, where it is known. */
public class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String problem;
    private int line;

    TemplateException(String problem) {
        this(problem, 0);
    }

    TemplateException(String problem, int line) {
        super(problem);
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

    /** Remembers where it happened, unless that is known already. */
    TemplateException at(int where) {
        if (line == 0) {
            line = where;
        }
        return this;
    }
}
