package dev.embedonce.template.internal.failure;

/**
 * Parsing or rendering cannot go on. It never leaves this module: {@code ChatTemplate} turns it into the
 * exception its callers know.
 */
public class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String problem;
    private int line;

    /** A failure whose line is not known yet. */
    public Failure(String problem) {
        this(problem, 0);
    }

    /**
     * A failure at a line.
     *
     * @param problem what is wrong, without the line
     * @param line of the template, counted from 1; 0 if it is not known
     */
    public Failure(String problem, int line) {
        super(problem);
        this.problem = problem;
        this.line = line;
    }

    /** What is wrong, without the line. */
    public final String problem() {
        return problem;
    }

    /** The line of the template, counted from 1; 0 if it is not known. */
    public final int line() {
        return line;
    }

    /** Remembers where it happened, unless that is known already. */
    public final Failure at(int where) {
        if (line == 0) {
            line = where;
        }
        return this;
    }
}
