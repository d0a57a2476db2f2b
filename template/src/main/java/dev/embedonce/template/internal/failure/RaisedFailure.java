package dev.embedonce.template.internal.failure;

/** The template called {@code raise_exception}. */
public final class RaisedFailure extends Failure {
    private static final long serialVersionUID = 1;

    /** A refusal in the template's own words. */
    public RaisedFailure(String message) {
        super(message);
    }
}
